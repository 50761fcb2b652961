/**
 * What the server sends and takes, under the app's names. Bodies come from the OpenAPI document (server.ts); only answers
 * of analyses, whose shape is their own declaration, and words with few values are typed here.
 */
import type * as S from "@/api/server";

type With<Base, More> = Omit<Base, keyof More> & More;

export type Kind = "text" | "number" | "integer" | "boolean" | "date";
export type Value = string | number | boolean | null;
export type Row = Record<string, Value>;
export type Severity = "error" | "warning" | "note";
export type Role = S.WorkspaceBody["role"];

export type Finding = With<S.FindingBody, { severity: Severity }>;
export type ErrorBody = Partial<With<S.ErrorBody, { findings: Finding[] }>> & Pick<S.ErrorBody, "error" | "message">;
export type Me = S.Me;

/** A column of an input table or of an answer; what only input tables have is left out elsewhere. */
export interface Column {
  name: string;
  kind: Kind;
  unit: string;
  description: string;
  required?: boolean;
  choices?: string[];
  reference?: string;
  /** Heading, where the name is not to be shown. */
  title?: string;
}

export interface TableRows {
  columns: Column[];
  rows: Row[];
}

export type AnalysisEntry = S.Listed;
export type InputTable = With<S.InputTable, { columns: With<S.InputColumn, { kind: Kind }>[] }>;
export type Example = S.Example;
export type NetworkEntry = S.NetworkRow;
export type NetworkInfo = With<S.NetworkBody, { findings: Finding[] }>;
export type Stored = With<S.Made, { findings: Finding[] }>;
export type Edit = S.Edit;
export type TablePage = With<S.Rows, TableRows>;
export type SearchHit = S.Found;
export type Chart = S.ChartBody;
export type NameEntry = S.NameBody;
export type ScenarioEntry = With<S.ScenarioBody, { edits: Edit[] }>;
export type Comparison = S.CompareBody;
export type ComparisonQueued = S.CompareQueued;
export type NetworkDiff = S.Differences;
export type ReportEntry = S.ReportBody;
export type TokenEntry = S.TokenBody & { secret?: string };
export type MemberEntry = S.MemberBody;

export type JobState = "queued" | "running" | "done" | "failed" | "cancelled";
export type Job = With<S.JobBody, { state: JobState; error: ErrorBody | null }>;

/** JSON schema of parameters, as pydantic writes it. */
export interface Schema {
  type?: string;
  title?: string;
  description?: string;
  default?: unknown;
  enum?: unknown[];
  const?: unknown;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  items?: Schema;
  prefixItems?: Schema[];
  properties?: Record<string, Schema>;
  additionalProperties?: boolean | Schema;
  required?: string[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  $ref?: string;
  $defs?: Record<string, Schema>;
}
export type AnalysisInfo = With<S.AnalysisBody, { schema: Schema }>;

/** An answer: the bytes that the command line prints with --json. */
export interface Result {
  analysis: string;
  title: string;
  summary: string;
  parameters: Record<string, unknown>;
  tables: Record<string, TableRows>;
  findings: Finding[];
  provenance: Provenance | null;
}

export interface Provenance {
  version: string;
  network: string;
  digest: string;
  seed: number | null;
  rows_read: number;
  evidence: Record<string, number>;
  vintages: Record<string, string>;
}
