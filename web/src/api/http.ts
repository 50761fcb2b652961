import { TEXT } from "@/strings";
import type { ErrorBody, Finding } from "@/api/types";

/** A refused request, with the findings that the server listed. */
export class ApiError extends Error {
  readonly findings: Finding[];
  readonly kind: string;
  readonly status: number;
  readonly id: string | undefined;

  constructor(status: number, body: ErrorBody) {
    super(body.message);
    this.kind = body.error;
    this.status = status;
    this.findings = body.findings ?? [];
    this.id = body.id;
  }
}

let csrf = "";

export function rememberToken(token: string): void {
  csrf = token;
}

/** Ask the server; throws an ApiError for any answer that is none. */
export async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  if (init.method && init.method !== "GET" && csrf) headers.set("X-CSRF", csrf);
  let response: Response;
  try {
    response = await fetch(path, { ...init, headers, credentials: "same-origin" });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError(0, { error: "Unreachable", message: TEXT.error.unreachable });
  }
  if (!response.ok) throw new ApiError(response.status, await errorBody(response));
  return response;
}

async function errorBody(response: Response): Promise<ErrorBody> {
  const text = await response.text();
  try {
    const body = JSON.parse(text) as Partial<ErrorBody>;
    if (typeof body.message === "string") return { error: body.error ?? "Error", message: body.message, ...body };
  } catch {
    // not JSON: said below in our own words
  }
  return { error: "Error", message: TEXT.error.status(response.status) };
}

export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  const response = await ask(path, signal ? { signal } : {});
  return (await response.json()) as T;
}

export async function send<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const init: RequestInit = { method };
  if (signal) init.signal = signal;
  if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { "Content-Type": "application/json" };
  }
  const response = await ask(path, init);
  const text = await response.text();
  return (text ? JSON.parse(text) : null) as T;
}

export function query(values: Record<string, string | number | boolean | null | undefined>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value !== null && value !== undefined && value !== "") search.set(name, String(value));
  }
  const text = search.toString();
  return text ? `?${text}` : "";
}
