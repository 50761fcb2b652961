import type { Column, Row } from "@/api/types";

export interface Sort {
  column: string;
  down: boolean;
}

/** First click sorts upward, the second downward, the third not at all. */
export function nextSort(sort: Sort | null, column: string): Sort | null {
  if (sort?.column !== column) return { column, down: false };
  return sort.down ? null : { column, down: true };
}

/** Sort and filter; unknown values come last either way. */
export function arranged(rows: readonly Row[], columns: Column[], sort: Sort | null, filter: string): readonly Row[] {
  const wanted = filter.trim().toLowerCase();
  let list: readonly Row[] = rows;
  if (wanted) {
    list = list.filter((row) => columns.some((c) => String(row[c.name] ?? "").toLowerCase().includes(wanted)));
  }
  if (!sort) return list;
  const { column, down } = sort;
  const turn = down ? -1 : 1;
  return [...list].sort((a, b) => {
    const x = a[column] ?? null;
    const y = b[column] ?? null;
    if (x === null || y === null) return x === y ? 0 : x === null ? 1 : -1;
    if (typeof x === "string" && typeof y === "string") return turn * x.localeCompare(y, "en");
    return x < y ? -turn : x > y ? turn : 0;
  });
}
