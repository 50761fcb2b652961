/** One typed function a route. */
import { ask, get, query, send } from "@/api/http";
import type * as T from "@/api/types";

const part = encodeURIComponent;
export const workspacePath = (workspace: string): string => `/api/w/${part(workspace)}`;
export const networkPath = (workspace: string, digest: string): string =>
  `${workspacePath(workspace)}/networks/${part(digest)}`;

export const TEMPLATES = { xlsx: "/api/template.xlsx", zip: "/api/template.zip" };

export const me = (): Promise<T.Me> => get("/api/me");
export const firstRun = (body: { name: string; email: string; password: string; token: string }): Promise<unknown> =>
  send("POST", "/api/first-run", body);
export const login = (body: { email: string; password: string }): Promise<unknown> => send("POST", "/api/login", body);
export const logout = (everywhere = false): Promise<unknown> =>
  send("POST", `/api/logout${query({ everywhere: everywhere || null })}`);
export const tokens = (): Promise<T.TokenEntry[]> => get("/api/tokens");
export const makeToken = (body: { name: string; workspace: string; role: T.Role; days: number }): Promise<T.TokenEntry> => send("POST", "/api/tokens", body);
export const dropToken = (id: string): Promise<unknown> => send("DELETE", `/api/tokens/${part(id)}`);

export const analyses = (): Promise<T.AnalysisEntry[]> => get("/api/analyses");
export const analysisInfo = (name: string): Promise<T.AnalysisInfo> => get(`/api/analyses/${part(name)}`);
export const inputTables = (): Promise<T.InputTable[]> => get("/api/tables");
export const examples = (): Promise<T.Example[]> => get("/api/examples");

export const networks = (w: string): Promise<T.NetworkEntry[]> => get(`${workspacePath(w)}/networks`);
export const network = (w: string, digest: string): Promise<T.NetworkInfo> => get(networkPath(w, digest));
export const dropNetwork = (w: string, digest: string): Promise<unknown> => send("DELETE", networkPath(w, digest));
export const openExample = (w: string, example: string): Promise<T.Stored> =>
  send("POST", `${workspacePath(w)}/networks`, { example });

const WHOLE = /\.(xlsx|zip)$/i;

/** Store files as a network: a workbook or an archive as it is, tables as a form. */
export async function upload(w: string, files: File[], name?: string): Promise<T.Stored> {
  const path = `${workspacePath(w)}/networks`;
  const [first] = files;
  let body: BodyInit;
  let options: Record<string, string | undefined> = { name };
  const whole = files.length === 1 && first !== undefined && WHOLE.test(first.name);
  if (whole) {
    body = first;
    options = { ...options, filename: first.name };
  } else {
    const form = new FormData();
    for (const file of files) form.append(file.name, file, file.name);
    body = form;
  }
  const init: RequestInit = { method: "POST", body };
  if (whole) init.headers = { "Content-Type": "application/octet-stream" };
  const response = await ask(`${path}${query(options)}`, init);
  return (await response.json()) as T.Stored;
}

export interface PageOptions {
  offset?: number;
  limit?: number;
  sort?: string;
  filter?: string;
}
export const tablePage = (w: string, digest: string, table: string, options: PageOptions): Promise<T.TablePage> =>
  get(`${networkPath(w, digest)}/tables/${part(table)}${query({ ...options })}`);
export const search = (w: string, digest: string, q: string, limit = 20): Promise<T.SearchHit[]> =>
  get(`${networkPath(w, digest)}/search${query({ q, limit })}`);
export const edit = (
  w: string,
  digest: string,
  body: { name?: string; move_name?: string; edits: T.Edit[] },
): Promise<T.Stored> => send("POST", `${networkPath(w, digest)}/edits`, body);
export const exportPath = (w: string, digest: string, format: "xlsx" | "zip"): string =>
  `${networkPath(w, digest)}/export?format=${format}`;
export const diff = (w: string, a: string, b: string): Promise<T.NetworkDiff> =>
  get(`${networkPath(w, a)}/diff/${part(b)}`);

export const names = (w: string): Promise<T.NameEntry[]> => get(`${workspacePath(w)}/names`);
export const moveName = (w: string, name: string, digest: string, seen: string | null): Promise<unknown> =>
  send("PUT", `${workspacePath(w)}/names/${part(name)}`, { digest, seen });

export type Started = { key: string; result: T.Result } | { job: string };

/** Ask an analysis: the answer, or the job that works on it. */
export async function startAnalysis(
  w: string,
  digest: string,
  name: string,
  params: Record<string, unknown>,
  signal?: AbortSignal,
): Promise<Started> {
  const init: RequestInit = {
    method: "POST",
    body: JSON.stringify(params),
    headers: { "Content-Type": "application/json" },
  };
  if (signal) init.signal = signal;
  const response = await ask(`${networkPath(w, digest)}/analyses/${part(name)}`, init);
  const body = (await response.json()) as T.Result & { job?: string };
  if (response.status === 202 && body.job) return { job: body.job };
  return { key: response.headers.get("X-Result-Key") ?? "", result: body };
}

export const result = (w: string, key: string, signal?: AbortSignal): Promise<T.Result> =>
  get(`${workspacePath(w)}/results/${part(key)}`, signal);
export const charts = (w: string, key: string): Promise<T.Chart[]> =>
  get(`${workspacePath(w)}/results/${part(key)}/charts`);
export const headlines = (w: string, key: string): Promise<[string, string, string][]> =>
  get(`${workspacePath(w)}/results/${part(key)}/headlines`);
export const keepPlan = (
  w: string,
  key: string,
  body: { point: number; year: number; name: string },
): Promise<T.ScenarioEntry> => send("POST", `${workspacePath(w)}/results/${part(key)}/scenario`, body);
export const resultPath = (w: string, key: string, file = ""): string =>
  `${workspacePath(w)}/results/${part(key)}${file}`;

export const jobs = (w: string): Promise<T.Job[]> => get(`${workspacePath(w)}/jobs`);
export const job = (w: string, id: string, signal?: AbortSignal): Promise<T.Job> =>
  get(`${workspacePath(w)}/jobs/${part(id)}`, signal);
export const cancelJob = (w: string, id: string): Promise<unknown> =>
  send("DELETE", `${workspacePath(w)}/jobs/${part(id)}`);

export const scenarios = (w: string): Promise<T.ScenarioEntry[]> => get(`${workspacePath(w)}/scenarios`);
export const saveScenario = (
  w: string,
  body: { name: string; digest: string; edits: T.Edit[] },
): Promise<T.ScenarioEntry> => send("POST", `${workspacePath(w)}/scenarios`, body);
export const changeScenario = (
  w: string,
  id: string,
  body: { name: string; digest: string; edits: T.Edit[] },
): Promise<T.ScenarioEntry> => send("PUT", `${workspacePath(w)}/scenarios/${part(id)}`, body);
export const dropScenario = (w: string, id: string): Promise<unknown> =>
  send("DELETE", `${workspacePath(w)}/scenarios/${part(id)}`);
export interface ComparisonAsked {
  digest: string;
  scenarios: string[];
  analyses: string[];
  parameters?: Record<string, unknown>;
}

/** Ask what scenarios change: the answer, or the jobs that must end first. */
export const startComparison = (
  w: string,
  body: ComparisonAsked,
  signal?: AbortSignal,
): Promise<T.Comparison | T.ComparisonQueued> => send("POST", `${workspacePath(w)}/compare`, body, signal);

export const startReport = (
  w: string,
  body: { digest: string; analyses: string[]; scenarios: string[]; static: boolean; title?: string },
): Promise<{ job: string }> => send("POST", `${workspacePath(w)}/reports`, body);
export const reports = (w: string): Promise<T.ReportEntry[]> => get(`${workspacePath(w)}/reports`);
export const reportPath = (w: string, id: string): string => `${workspacePath(w)}/reports/${part(id)}.html`;

export const members = (w: string): Promise<T.MemberEntry[]> => get(`${workspacePath(w)}/members`);
export const setMember = (w: string, body: { email: string; role: T.Role }): Promise<unknown> =>
  send("PUT", `${workspacePath(w)}/members`, body);
export const dropMember = (w: string, id: string): Promise<unknown> =>
  send("DELETE", `${workspacePath(w)}/members/${part(id)}`);
