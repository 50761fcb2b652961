import type { Row, Schema } from "@/api";
import { resolve } from "@/components/schema";

export type Weights = Record<string, number>;

export const MOST = 10;
export const FIRST_GAPS = 5;

/** Measures of a place in the order in which they are read; `bar` is the value that fills the bar. */
export const DIMENSIONS: { name: string; low: boolean; bar: number }[] = [
  { name: "score", low: false, bar: 100 },
  { name: "completeness", low: false, bar: 1 },
  { name: "depth", low: false, bar: 1 },
  { name: "connection", low: false, bar: 1 },
  { name: "fragmentation", low: true, bar: 1 },
  { name: "redundancy", low: false, bar: 1 },
  { name: "layers_sourced", low: false, bar: 0 },
  { name: "bottleneck", low: false, bar: 1 },
  { name: "sites", low: false, bar: 0 },
  { name: "cluster_at_risk", low: true, bar: 1 },
  { name: "exit_readiness", low: false, bar: 1 },
  { name: "completeness_evidenced", low: false, bar: 1 },
  { name: "maturity_low", low: false, bar: 100 },
];

/** Default weights as the schema of the analysis declares them. */
export function raw(schema: Schema): Weights {
  const assumptions = resolve(schema.properties?.["assumptions"] ?? {}, schema);
  const weights = resolve(assumptions.properties?.["weights"] ?? {}, schema);
  return Object.fromEntries(
    Object.entries(weights.properties ?? {}).map(([name, field]) => [name, Number(field.default ?? 0)]),
  );
}

/** Weights that sum to 1, to the last bit that the server checks; equal ones where all are 0. */
export function balanced(weights: Weights): Weights {
  const names = Object.keys(weights);
  const total = names.reduce((sum, name) => sum + (weights[name] ?? 0), 0);
  if (total <= 0) return evenWeights(weights);
  const even = names.map((name) => Math.round((1e4 * (weights[name] ?? 0)) / total));
  const largest = even.indexOf(Math.max(...even));
  even[largest] = (even[largest] ?? 0) + 1e4 - even.reduce((sum, w) => sum + w, 0);
  return Object.fromEntries(names.map((name, at) => [name, (even[at] ?? 0) / 1e4]));
}

export function evenWeights(weights: Weights): Weights {
  const names = Object.keys(weights);
  return Object.fromEntries(names.map((name) => [name, 1 / names.length]));
}

const LEAST = 1e-3;

function part(row: Row, name: string): number | null {
  const value = name === "unfragmented" ? row["fragmentation"] : row[name];
  if (typeof value !== "number") return null;
  return Math.max(LEAST, name === "unfragmented" ? 1 - value : value);
}

/** How far a place is behind another, and which part of the score (a weighted geometric mean) makes most of that. */
export function behind(first: Row, other: Row, weights: Weights): { points: number; part: string } | null {
  const [a, b] = [first["score"], other["score"]];
  if (typeof a !== "number" || typeof b !== "number") return null;
  let most = { part: "", size: 0 };
  for (const [name, weight] of Object.entries(weights)) {
    const [x, y] = [part(first, name), part(other, name)];
    if (x === null || y === null) continue;
    const size = weight * Math.log(x / y);
    if (size > most.size) most = { part: name, size };
  }
  return most.part && a > b ? { points: a - b, part: most.part } : null;
}
