/** Parameters by the path of their groups: `["policy", "ally_share"]`. */
import type { Schema } from "@/api/types";
import { resolve, without } from "@/components/schema";

type Values = Record<string, unknown>;
type Declared = Schema & { optional?: boolean };

/** What the schema declares of one parameter. */
export function fieldAt(root: Schema, steps: string[]): Declared | undefined {
  let here: Declared | undefined = root;
  for (const step of steps) {
    const next: Schema | undefined = here?.properties?.[step];
    here = next && resolve(next, root);
  }
  return here;
}

export function valueAt(value: Values, [first = "", ...rest]: string[]): unknown {
  const inner = value[first];
  if (!rest.length) return inner;
  return inner !== null && typeof inner === "object" ? valueAt(inner as Values, rest) : undefined;
}

/** Set one parameter, or take it away; groups that are left empty go too. */
export function withValue(value: Values, [first = "", ...rest]: string[], next: unknown): Values {
  const set = rest.length ? withValue((value[first] ?? {}) as Values, rest, next) : next;
  const gone = set === undefined || (rest.length > 0 && !Object.keys(set as Values).length);
  return gone ? without(value, first) : { ...value, [first]: set };
}
