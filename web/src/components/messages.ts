import { ApiError } from "@/api/http";

/** What the server said of one field: its messages begin with the dotted path. */
export function said(error: unknown, path: string[]): string {
  if (!(error instanceof ApiError) || error.kind !== "ParameterError") return "";
  const name = path.join(".");
  const at = error.message.search(new RegExp(`(^|[\\s:])${name.replaceAll(".", "\\.")}(\\.\\d+)?: `));
  if (at < 0) return "";
  const from = error.message.slice(at).replace(/^[\s:]+/, "");
  return from.slice(from.indexOf(": ") + 2).split(/\. (?=[a-z_.\d]+: )/)[0] ?? "";
}
