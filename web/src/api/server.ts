/** Made by 'npm run types' from the server's OpenAPI document; change the server, not this file. */

/** An account. */
export type AccountBody = {
  user: string;
  email: string;
  name: string;
  administrator: boolean;
  disabled: boolean;
  sign_in: "password" | "openid" | "both" | "none";
  created: string;
};

/** An analysis with its parameters and what it answers. */
export type AnalysisBody = {
  name: string;
  title: string;
  question: string;
  doc: string;
  /** JSON schema of the parameters. */
  schema: Record<string, unknown>;
  result: TableBody[];
};

/** Whether the log is whole. */
export type AuditCheck = {
  whole: boolean;
  entries: number;
  head_hash: string;
  /** The first row that was changed or is missing. */
  broken: number | null;
};

/** Rows of the log, newest first, and where the whole log ends. */
export type AuditPage = {
  rows: AuditRow[];
  head_entry: number;
  /** Keep it elsewhere: a log cut or changed before it no longer has it. */
  head_hash: string;
};

/** One row of the log. */
export type AuditRow = {
  entry: number;
  at: string;
  /** Id of who did it. */
  user: string | null;
  /** Name of that account; null where nobody was signed in or it was deleted. */
  name: string | null;
  action: string;
  target: string;
  /** JSON. */
  detail: string;
  hash: string;
};

/** A value that differs. */
export type Changed = {
  key: string;
  column: string;
  before: unknown;
  after: unknown;
};

/** A cover that the moves change. */
export type ChangedPart = {
  place: string;
  part: string;
  name: string | null;
  cover_before: number | null;
  cover: number | null;
};

/** A place that the moves change. */
export type ChangedPlace = {
  place: string;
  lat: number;
  lon: number;
  score: number | null;
  completeness: number | null;
  average: number | null;
  bottleneck: number | null;
  fragmentation: number | null;
  score_before: number | null;
  completeness_before: number | null;
  average_before: number | null;
  bottleneck_before: number | null;
  fragmentation_before: number | null;
};

/** A picture of an answer. */
export type ChartBody = {
  name: string;
  title: string;
  caption: string;
  description: string;
  table: string;
  spec: Record<string, unknown>;
};

/** A column of an answer. */
export type ColumnBody = {
  name: string;
  kind: string;
  unit: string;
  description: string;
};

/** What scenarios change: the headline numbers first; ``total`` counts all that change. */
export type CompareBody = {
  rows: CompareRow[];
  total: number;
  sentences: Sentence[];
  /** By scenario and table. */
  changed_inputs: Record<string, Record<string, Difference>>;
};

/** What to compare. */
export type CompareIn = {
  digest: string;
  scenarios: string[];
  analyses: string[];
  /** Parameters by analysis. */
  parameters?: Record<string, Record<string, unknown>>;
};

/** The jobs that make what is to be compared. */
export type CompareQueued = {
  /** Ids; see /jobs/{job}. */
  jobs: string[];
};

/** A number that a scenario changes. */
export type CompareRow = {
  scenario: string;
  analysis: string;
  product: string;
  table: string;
  row: string;
  column: string;
  /** Row and column in words. */
  measure: string;
  unit: string;
  base: number | null;
  value: number | null;
  difference: number | null;
};

/** What differs in a table; the lists hold 200 at most, the totals all. */
export type Difference = {
  added: string[];
  removed: string[];
  changed: Changed[];
  totals: Record<string, number>;
};

/** What differs between two networks, by table. */
export type Differences = {
  tables: Record<string, Difference>;
};

/** One edit of one table: change, scale, remove or add rows. */
export type Edit = {
  table: string;
  where?: Record<string, string | number | boolean | null>;
  set?: Record<string, string | number | boolean | null>;
  scale?: Record<string, number>;
  remove?: boolean;
  add?: (Record<string, string | number | boolean | null>)[];
};

/** Edits that make a new network; the old one stands. */
export type Edits = {
  /** What the edits are called; becomes part of the label. */
  name?: string | null;
  /** Name to move from this network to the new one. */
  move_name?: string | null;
  edits: Edit[];
};

/** What every error answers. */
export type ErrorBody = {
  /** Kind of error. */
  error: string;
  /** What is wrong and what to do, for people. */
  message: string;
  /** All that is wrong with the data; empty for other errors. */
  findings: FindingBody[];
  /** Names this answer in the server's log. */
  id: string;
};

/** A shipped network. */
export type Example = {
  name: string;
  title: string;
  description: string;
};

/** A finding as every door shows it. */
export type FindingBody = {
  severity: string;
  where: string;
  table: string;
  column: string | null;
  rule: string;
  problem: string;
  count: number;
  row: number | null;
  value: string | null;
  remedy: string;
  message: string;
};

/** The first account. */
export type FirstRun = {
  name: string;
  email: string;
  password: string;
  /** The set-up token that the server printed; not needed on the same machine. */
  token?: string;
};

/** Something with the words that were looked for. */
export type Found = {
  table: string;
  key: string;
  name: string;
  detail: string;
  lat: number | null;
  lon: number | null;
};

/** State of the server. */
export type Health = {
  state: string;
};

/** A column of an input table. */
export type InputColumn = {
  name: string;
  kind: string;
  unit: string;
  description: string;
  required: boolean;
  /** What analyses take a null for; empty means that it stays unknown. */
  default: string;
  choices: string[];
  reference: string;
  example: string;
  low: number | null;
  high: number | null;
};

/** An input table. */
export type InputTable = {
  name: string;
  key: string[];
  description: string;
  columns: InputColumn[];
};

/** An account with the secret that sets its password. */
export type Invited = {
  user: string;
  email: string;
  name: string;
  administrator: boolean;
  disabled: boolean;
  sign_in: "password" | "openid" | "both" | "none";
  created: string;
  /** Shown this once, good for seven days; POST /api/password takes it. */
  invitation: string;
};

/** A job. */
export type JobBody = {
  job: string;
  /** analysis or report. */
  kind: string;
  /** queued, running, done, failed or cancelled. */
  state: string;
  analysis: string;
  digest: string;
  params: Record<string, unknown>;
  /** 0 to 1; null where it is not known. */
  progress: number | null;
  message: string;
  /** Key of the answer, or id of the report, once it is done. */
  result_key: string | null;
  error: Record<string, unknown> | null;
  created: string;
  started: string | null;
  finished: string | null;
};

/** An analysis in the list. */
export type Listed = {
  name: string;
  title: string;
  question: string;
  /** What it takes first; only those that take a Network can be asked here. */
  takes: string;
  /** It runs as a job. */
  slow: boolean;
  /** It asks about a product. */
  product: boolean;
};

/** E-mail and password. */
export type Login = {
  email: string;
  password: string;
};

/** A network that was stored. */
export type Made = {
  digest: string;
  name: string | null;
  label: string;
  findings: FindingBody[];
};

/** A token that was just made. */
export type MadeToken = {
  token: string;
  name: string;
  workspace: string;
  role: "viewer" | "planner" | "admin";
  created: string;
  expires: string;
  used: string | null;
  /** Shown this once; send it as 'Authorization: Bearer …'. */
  secret: string;
};

/** Who asks, and how one signs in here. */
export type Me = {
  user: UserBody | null;
  auth: "none" | "local" | "oidc";
  /** There is no account yet: POST /api/first-run makes it. */
  first_run: boolean;
  workspaces: WorkspaceBody[];
  /** For the header X-CSRF of every request that changes something. */
  csrf: string;
  version: string;
  /** GET /api/oidc/start signs in at the provider. */
  oidc: boolean;
};

/** A person and the role. */
export type MemberBody = {
  user: string;
  name: string;
  email: string;
  role: "viewer" | "planner" | "admin";
};

/** One of: a site put elsewhere, a site removed, a site added. */
export type Move = {
  /** Site that is put elsewhere. */
  site?: string | null;
  /** Its new latitude, degrees. */
  lat?: number | null;
  /** Its new longitude, degrees. */
  lon?: number | null;
  /** Site that is removed. */
  remove?: string | null;
  /** Site that is added. */
  add?: NewPlace | null;
};

/** One move of a name. */
export type Moved = {
  digest: string;
  by: string | null;
  at: string;
};

/** A name and where it pointed, the newest move first. */
export type NameBody = {
  name: string;
  digest: string;
  history: Moved[];
};

/** A network. */
export type NetworkBody = {
  digest: string;
  label: string;
  home: string | null;
  currency: string | null;
  products: Product[];
  /** Rows by table; tables without rows are left out. */
  tables: Record<string, number>;
  findings: FindingBody[];
  names: string[];
  created: string;
  by: string | null;
};

/** A network in the list. */
export type NetworkRow = {
  digest: string;
  /** A name that points to it, if any. */
  name: string | null;
  /** Its own name. */
  label: string;
  rows: number;
  created: string;
  by: string | null;
};

/** A new password, by the present one or by an invitation. */
export type NewPassword = {
  /** The new one. */
  password: string;
  /** The present one, where somebody is signed in. */
  current?: string;
  /** The secret of an invitation, where nobody is. */
  invitation?: string;
};

/** A site to add. */
export type NewPlace = {
  /** Latitude, degrees. */
  lat: number;
  /** Longitude, degrees. */
  lon: number;
  /** Parts it makes. */
  parts: string[];
};

/** Whom to give which role. */
export type NewRole = {
  /** E-mail of an account that there is. */
  email: string;
  role: "viewer" | "planner" | "admin";
};

/** A token to make. */
export type NewToken = {
  /** What it is for. */
  name: string;
  workspace: string;
  role?: "viewer" | "planner" | "admin";
  /** How long it lives; at most what the settings allow. */
  days?: number;
};

/** An account to make; its owner sets the password by the invitation, or signs in at the provider. */
export type NewUser = {
  email: string;
  name: string;
  administrator?: boolean;
};

/** A workspace to make; who makes it is its first admin. */
export type NewWorkspace = {
  workspace: string;
  name: string;
};

/** Which plan of an answer to keep, as it stands in which of its years. */
export type PlannedIn = {
  name: string;
  /** Point of the frontier; that at the knee by default. */
  point?: number | null;
  /** Year of the plan; its last by default. */
  year?: number | null;
};

/** Where a name shall point, and where the mover saw it point; null for a new name. */
export type Pointer = {
  digest: string;
  seen?: string | null;
};

/** A product of a network. */
export type Product = {
  part: string;
  name: string;
};

/** The job that makes an answer. */
export type Queued = {
  /** Id; see /jobs/{job} and /jobs/{job}/events. */
  job: string;
  result_key: string;
};

/** A report. */
export type ReportBody = {
  report: string;
  title: string;
  digest: string;
  asked: Record<string, unknown>;
  job: string;
  ready: boolean;
  created: string;
  by: string | null;
};

/** What a report shall hold. */
export type ReportIn = {
  digest: string;
  /** In this order; none means all that are not slow. */
  analyses?: string[];
  scenarios?: string[];
  /** Parameters by analysis. */
  parameters?: Record<string, Record<string, unknown>>;
  /** Draw charts as SVG and carry no script. */
  static?: boolean;
  /** Heading; the network's own name by default. */
  title?: string;
};

/** The job that makes a report. */
export type ReportQueued = {
  job: string;
  report: string;
};

/** A column of a table. */
export type RowColumn = {
  name: string;
  kind: string;
  unit: string;
  description: string;
  required: boolean;
  choices: string[];
};

/** A page of rows. */
export type Rows = {
  columns: RowColumn[];
  /** Rows that the filter lets through. */
  total: number;
  rows: Record<string, unknown>[];
};

/** A scenario. */
export type ScenarioBody = {
  scenario: string;
  name: string;
  digest: string;
  edits: unknown[];
  /** Digest of the edited network. */
  made: string | null;
  by: string | null;
  created: string;
};

/** Named edits of a network. */
export type ScenarioIn = {
  name: string;
  digest: string;
  edits: Edit[];
};

/** The answer in a sentence: of the network as it is for scenario 'base', else what changes. */
export type Sentence = {
  scenario: string;
  analysis: string;
  sentence: string;
};

/** A session of the reader. */
export type SessionBody = {
  session: string;
  created: string;
  seen: string;
  current: boolean;
};

/** A table of an answer. */
export type TableBody = {
  name: string;
  columns: ColumnBody[];
};

/** A token, without its secret. */
export type TokenBody = {
  token: string;
  name: string;
  workspace: string;
  role: "viewer" | "planner" | "admin";
  created: string;
  expires: string;
  used: string | null;
};

/** A person. */
export type UserBody = {
  id: string;
  name: string;
  email: string;
  administrator: boolean;
};

/** What to change; what is left out stays. */
export type UserChange = {
  name?: string | null;
  administrator?: boolean | null;
  /** A disabled account keeps its rights but cannot be used. */
  disabled?: boolean | null;
};

/** Moves of sites, from the network as it is. */
export type WhatIf = {
  /** Product; may be left out where there is only one. */
  product?: string | null;
  /** radius_km, resolution, measure, assumptions of density. */
  parameters?: Record<string, unknown>;
  /** In this order, all of them each time. */
  moves?: Move[];
  /** What is scored. */
  places?: "regions" | "cells" | "both";
};

/** What the moves change. */
export type WhatIfBody = {
  places: ChangedPlace[];
  parts: ChangedPart[];
  /** Time that it took here. */
  ms: number;
};

/** A workspace and the reader's role in it. */
export type WorkspaceBody = {
  workspace: string;
  name: string;
  role: "viewer" | "planner" | "admin";
};
