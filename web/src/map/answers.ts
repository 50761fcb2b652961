/** The rows of `density` that the map reads, by name. */

import type { Result, Row } from "@/api";
import type { PartChange, Place } from "./useWhatIf";
import type { Cells } from "./scene";

export const number = (row: Row | undefined, name: string): number | null => {
  const value = row?.[name];
  return typeof value === "number" ? value : null;
};

export const text = (row: Row | undefined, name: string): string => {
  const value = row?.[name];
  return value === null || value === undefined ? "" : String(value);
};

export const rowsOf = (result: Result | undefined, table: string): Row[] => result?.tables[table]?.rows ?? [];

const known = new WeakMap<Row[], string[]>();

/** The cells of one answer; the same list as long as the answer is the same, so that no outline is made twice. */
function keysOf(rows: Row[]): string[] {
  let keys = known.get(rows);
  if (!keys) {
    keys = rows.map((row) => text(row, "cell"));
    known.set(rows, keys);
  }
  return keys;
}

/** Score of every cell, those that a what-if moved in place of the old. */
export function cellsOf(result: Result | undefined, places: readonly Place[]): Cells | null {
  const rows = rowsOf(result, "cells");
  if (!rows.length) return null;
  const value = rows.some((row) => row["score"] !== null) ? "score" : "completeness";
  const now = new Map(places.map((place) => [place.place, place.score]));
  const key = keysOf(rows);
  return { key, score: rows.map((row, i) => now.get(key[i] as string) ?? number(row, value)) };
}

export function regionScores(result: Result | undefined, places: readonly Place[]): Map<string, number | null> {
  const scores = new Map(rowsOf(result, "regions").map((row) => [text(row, "region"), number(row, "score")]));
  for (const place of places) if (scores.has(place.place)) scores.set(place.place, place.score);
  return scores;
}

/** Cover of one part in every region, moved by a what-if where it reaches. */
export function coverOf(
  result: Result | undefined,
  part: string,
  changes: readonly PartChange[],
): Map<string, number | null> {
  const cover = new Map<string, number | null>();
  for (const row of rowsOf(result, "parts")) {
    if (row["part"] === part) cover.set(text(row, "region"), number(row, "cover"));
  }
  for (const change of changes) {
    if (change.part === part && cover.has(change.place)) cover.set(change.place, change.cover);
  }
  return cover;
}

export interface Required {
  part: string;
  name: string;
  tier: number;
  /** Regions without any cover. */
  missing: number;
}

/** The required parts, those missing in most regions first. */
export function requiredParts(result: Result | undefined): Required[] {
  const parts = new Map<string, Required>();
  for (const row of rowsOf(result, "parts")) {
    const part = text(row, "part");
    const known = parts.get(part) ?? { part, name: text(row, "name") || part, tier: number(row, "tier") ?? 0, missing: 0 };
    if ((number(row, "cover") ?? 0) < 0.05) known.missing++;
    parts.set(part, known);
  }
  return [...parts.values()].sort((a, b) => b.missing - a.missing || a.name.localeCompare(b.name, "en"));
}
