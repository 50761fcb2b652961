import type { Column, Edit, Row, Value } from "@/api";
import { canonical } from "@/state/canonical";

/** What a typed text means in a column; a number that is none stays text, so that the server says what is wrong. */
export function typed(text: string, column: Pick<Column, "kind">): Value {
  const trimmed = text.trim();
  if (trimmed === "") return null;
  if (column.kind === "number" || column.kind === "integer") {
    const value = Number(trimmed);
    return Number.isNaN(value) ? trimmed : value;
  }
  if (column.kind === "boolean") {
    if (trimmed === "true" || trimmed === "yes") return true;
    if (trimmed === "false" || trimmed === "no") return false;
  }
  return trimmed;
}

export function keyOf(row: Row, key: string[]): Row {
  return Object.fromEntries(key.map((name) => [name, row[name] ?? null]));
}

/** Add an edit of one row: a second one of the same cell replaces the first; deleting a row drops its other edits. */
export function withEdit(edits: Edit[], next: Edit): Edit[] {
  if (next.add) return [...edits, next];
  const same = (edit: Edit): boolean =>
    !edit.add && edit.table === next.table && canonical(edit.where ?? {}) === canonical(next.where ?? {});
  if (next.remove) return [...edits.filter((edit) => !same(edit)), next];
  const before = edits.find(same);
  if (!before) return [...edits, next];
  if (before.remove) return edits;
  return edits.map((edit) => (edit === before ? { ...edit, set: { ...edit.set, ...next.set } } : edit));
}

/** A row as it will be once the edits are stored; null where it will be gone. */
export function edited(row: Row, table: string, key: string[], edits: Edit[]): Row | null {
  let now: Row | null = row;
  const place = canonical(keyOf(row, key));
  for (const edit of edits) {
    if (edit.table !== table || edit.add || canonical(edit.where ?? {}) !== place) continue;
    if (edit.remove) now = null;
    else if (now) now = { ...now, ...edit.set };
  }
  return now;
}

const KEPT = "tierscape-undo";

interface Step {
  from: string;
  name: string | null;
}

function steps(): Record<string, Step> {
  try {
    return JSON.parse(window.sessionStorage.getItem(KEPT) ?? "{}") as Record<string, Step>;
  } catch {
    return {};
  }
}

/** Remember which version a stored edit came from, so that it can be undone. */
export function rememberStep(made: string, step: Step): void {
  window.sessionStorage.setItem(KEPT, JSON.stringify({ ...steps(), [made]: step }));
}

export const stepBefore = (digest: string): Step | undefined => steps()[digest];
