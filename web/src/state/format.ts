import type { Column, Kind, Value } from "@/api/types";

export const UNKNOWN = "–";
const THIN = "\u2009";
const MINUS = "\u2212";
const COORDINATE_DECIMALS = 3;

function grouped(digits: string): string {
  const [whole = "", decimals] = digits.split(".");
  const spaced = whole.length > 4 ? whole.replace(/\B(?=(\d{3})+$)/g, THIN) : whole;
  return decimals ? `${spaced}.${decimals}` : spaced;
}

/** Three significant figures, thin-space groups; whole numbers above 1000 lose no digit before the unit place. */
export function figure(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return UNKNOWN;
  if (value === 0) return "0";
  const size = Math.abs(value);
  const sign = value < 0 ? MINUS : "";
  if (size >= 1e15 || size < 1e-4) return sign + size.toExponential(digits - 1).replace("e+", "e").replace("-", MINUS);
  const magnitude = Math.floor(Math.log10(size));
  if (magnitude >= digits) {
    const step = 10 ** (magnitude - digits + 1);
    return sign + grouped(String(Math.round(size / step) * step));
  }
  return sign + grouped(String(Number(size.toPrecision(digits))));
}

const SIZES: [number, string][] = [
  [1e9, "bn"],
  [1e6, "M"],
  [1e3, "k"],
];

/** Money at three significant figures with its size and currency, as the answers' sentences write it. */
export function money(value: number, currency: string, digits = 3): string {
  if (!Number.isFinite(value)) return UNKNOWN;
  const [size, word] = SIZES.find(([least]) => Math.abs(value) >= least) ?? [1, ""];
  return [figure(value / size, digits), word, currency].filter(Boolean).join(THIN);
}

export const isNumber = (kind: Kind): boolean => kind === "number" || kind === "integer";

/** A value as a table shows it. */
export function shown(value: Value | undefined, column: Pick<Column, "kind" | "unit">): string {
  if (value === null || value === undefined) return UNKNOWN;
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "number") {
    if (column.unit === "year") return String(value);
    if (column.unit === "deg") return value.toFixed(COORDINATE_DECIMALS).replace("-", MINUS);
    if (column.kind === "integer") return (value < 0 ? MINUS : "") + grouped(String(Math.abs(value)));
    return figure(value);
  }
  return value;
}

/** A value as it is stored, for tables in which it can be changed. */
export function exact(value: Value | undefined): string {
  if (value === null || value === undefined) return UNKNOWN;
  return typeof value === "boolean" ? (value ? "yes" : "no") : String(value);
}

/** Words for a name of the schema: `radius_km` becomes `Radius km`. */
export function words(name: string): string {
  const text = name.replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export const percent = (share: number): string => `${Math.round(share * 100)}${THIN}%`;

export const day = (stamp: string): string => stamp.slice(0, 16).replace("T", " ");
