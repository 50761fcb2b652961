/** The look of the Python charts (tierscape.charts.look): one ramp, one set of categories, one grey for what is unknown. */

export type Rgb = readonly [number, number, number];

export const RAMP = ["#fbf6d3", "#cfe38a", "#7fcb72", "#2fa583", "#26818e", "#35618d", "#46327e", "#440154"] as const;
export const CATEGORIES = [
  "#1d6f8a",
  "#d98a1f",
  "#6b4c9a",
  "#4f8a3c",
  "#b5483f",
  "#7a7f87",
  "#2b9c93",
  "#a2557f",
] as const;
export const UNKNOWN = "#c3c9cf";
export const OFFSHORE = "#d98a1f";
export const ONSHORE = "#1d6f8a";

export function rgb(hex: string): Rgb {
  const value = parseInt(hex.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

const STOPS: readonly Rgb[] = RAMP.map(rgb);
const GREY: Rgb = rgb(UNKNOWN);

/** Colour of a value between low and high, straight in RGB as Vega does; null and NaN are grey. */
export function rampColor(value: number | null | undefined, low: number, high: number): Rgb {
  if (value === null || value === undefined || Number.isNaN(value)) return GREY;
  const span = high > low ? (value - low) / (high - low) : 0;
  const at = Math.min(Math.max(span, 0), 1) * (STOPS.length - 1);
  const index = Math.min(Math.floor(at), STOPS.length - 2);
  const a = STOPS[index] as Rgb;
  const b = STOPS[index + 1] as Rgb;
  const t = at - index;
  return [
    Math.round(a[0] + (b[0] - a[0]) * t),
    Math.round(a[1] + (b[1] - a[1]) * t),
    Math.round(a[2] + (b[2] - a[2]) * t),
  ];
}

/** A round number that no value exceeds, as look.round_above. */
export function roundAbove(values: Iterable<number | null | undefined>): number {
  let top = 0;
  for (const value of values) if (value !== null && value !== undefined && value > top) top = value;
  if (top <= 0) return 1;
  const step = 10 ** Math.floor(Math.log10(top)) / 2;
  return Number((Math.ceil(Number((top / step).toFixed(9))) * step).toPrecision(12));
}

export function tierColor(tier: number): Rgb {
  return tier < 0 ? GREY : rgb(CATEGORIES[tier % CATEGORIES.length] as string);
}

export const RAMP_CSS = `linear-gradient(90deg, ${RAMP.join(", ")})`;
