/** The charts are made once, in Python, for a light page; a dark page only changes their neutral colours. */
type Json = unknown;

const DARK: Record<string, string> = {
  "#1b2733": "#e4eaee",
  "#55636f": "#a7b4be",
  "#e3e8ec": "#2c3841",
  "#dfe5e9": "#2c3841",
  "#c3c9cf": "#55616b",
  "#ffffff": "#182027",
  "#fff": "#182027",
  white: "#182027",
  black: "#e4eaee",
  "#1d6f8a": "#4fa9c6",
  "#124a5d": "#7cc4dc",
};
const DATA = new Set(["data", "datasets", "values"]);

function recolour(value: Json): Json {
  if (typeof value === "string") return DARK[value.toLowerCase()] ?? value;
  if (Array.isArray(value)) return value.map(recolour);
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [name, DATA.has(name) ? inner : recolour(inner)]),
    );
  }
  return value;
}

/** A map keeps its light land in a dark page, on light paper: its marks are chosen for it. */
export const isMap = (spec: Record<string, Json>): boolean => "projection" in spec;

export function inTheme(spec: Record<string, Json>, theme: "light" | "dark"): Record<string, Json> {
  return theme === "dark" && !isMap(spec) ? (recolour(spec) as Record<string, Json>) : spec;
}

/** What a picture stands on, in the page and in a file of its own. */
export const paper = (spec: Record<string, Json>, theme: "light" | "dark"): string =>
  theme === "dark" && !isMap(spec) ? "#182027" : "#ffffff";
