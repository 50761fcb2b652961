/**
 * Write src/api/server.ts: a TypeScript type for every body that the server's OpenAPI document declares.
 * With --check nothing is written, and a difference is an error.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const target = new URL("../src/api/server.ts", import.meta.url);
const script = fileURLToPath(new URL("openapi.py", import.meta.url));
const [program, ...before] = (process.env.TIERSCAPE_PYTHON ?? "uv run --frozen python").split(" ");
const said = execFileSync(program, [...before, script], {
  encoding: "utf8",
  maxBuffer: 2 ** 26,
  cwd: fileURLToPath(new URL("../..", import.meta.url)),
  stdio: ["ignore", "pipe", "inherit"],
});
const { schemas } = JSON.parse(said).components;

const nameOf = (text) => text.replace(/[^A-Za-z0-9]+/g, "");
const key = (name) => (/^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name));
const plain = { string: "string", number: "number", integer: "number", boolean: "boolean", null: "null" };

/** TypeScript of a JSON schema. */
function type(schema, indent = "") {
  if (schema === true || schema === undefined) return "unknown";
  if (schema.$ref) return nameOf(schema.$ref.split("/").pop());
  const options = schema.anyOf ?? schema.oneOf;
  if (options) return [...new Set(options.map((option) => type(option, indent)))].join(" | ");
  if (schema.allOf) return schema.allOf.map((part) => type(part, indent)).join(" & ");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  if (schema.type === "array") {
    if (schema.prefixItems) return `[${schema.prefixItems.map((item) => type(item, indent)).join(", ")}]`;
    const inner = type(schema.items, indent);
    return inner.includes("|") ? `(${inner})[]` : `${inner}[]`;
  }
  if (schema.properties) return body(schema, indent);
  if (schema.type === "object") return `Record<string, ${type(schema.additionalProperties, indent)}>`;
  return plain[schema.type] ?? "unknown";
}

function body(schema, indent) {
  const needed = new Set(schema.required ?? []);
  const inner = `${indent}  `;
  const lines = Object.entries(schema.properties).flatMap(([name, field]) => [
    ...(field.description ? [`${inner}/** ${field.description} */`] : []),
    `${inner}${key(name)}${needed.has(name) ? "" : "?"}: ${type(field, inner)};`,
  ]);
  return `{\n${lines.join("\n")}\n${indent}}`;
}

const parts = Object.entries(schemas)
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(([name, schema]) => {
    const about = schema.description ? `/** ${schema.description.split("\n")[0]} */\n` : "";
    return `${about}export type ${nameOf(name)} = ${type(schema)};\n`;
  });
const text = `/** Made by 'npm run types' from the server's OpenAPI document; change the server, not this file. */\n\n${parts.join("\n")}`;

if (process.argv.includes("--check")) {
  if (readFileSync(target, "utf8") !== text) {
    console.error("src/api/server.ts is not what the server says: npm run types");
    process.exit(1);
  }
} else {
  writeFileSync(target, text);
}
