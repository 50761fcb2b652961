import type { Schema } from "@/api/types";

/** Follow a reference and unwrap "X or null"; the outer default and description win. */
export function resolve(schema: Schema, root: Schema): Schema & { optional?: boolean } {
  if (schema.$ref) {
    const name = schema.$ref.split("/").pop() ?? "";
    return { ...resolve(root.$defs?.[name] ?? {}, root), ...strip(schema) };
  }
  const options = schema.anyOf ?? schema.oneOf;
  if (options) {
    const real = options.filter((option) => option.type !== "null");
    const [only] = real;
    if (real.length === 1 && only) {
      const { anyOf: _any, oneOf: _one, ...rest } = schema;
      return { ...resolve(only, root), ...rest, optional: real.length < options.length };
    }
  }
  return schema;
}

function strip(schema: Schema): Schema {
  const { $ref: _ref, ...rest } = schema;
  return rest;
}

export function without(value: Record<string, unknown>, name: string): Record<string, unknown> {
  const { [name]: _gone, ...rest } = value;
  return rest;
}

export function countChanges(value: unknown): number {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return 1;
  return Object.values(value).reduce<number>((sum, inner) => sum + countChanges(inner), 0);
}

export type Control = "number" | "text" | "choice" | "choices" | "switch" | "list" | "json";

export function controlOf(schema: Schema): Control {
  if (schema.enum) return "choice";
  if (schema.type === "boolean") return "switch";
  if (schema.type === "number" || schema.type === "integer") return "number";
  if (schema.type === "string") return "text";
  if (schema.type === "array") {
    if (schema.items?.enum) return "choices";
    const kind = schema.items?.type;
    return kind === "string" || kind === "number" || kind === "integer" ? "list" : "json";
  }
  return "json";
}
