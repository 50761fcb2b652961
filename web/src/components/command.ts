/** The command line that repeats an answer, on the network exported as network.zip. */
export function command(name: string, params: Record<string, unknown>): string {
  return ["tierscape", name, "network.zip", ...flags(params, "")].join(" ");
}

function flags(values: Record<string, unknown>, before: string): string[] {
  return Object.entries(values).flatMap(([name, value]) => {
    const flag = `--${before}${name.replaceAll("_", "-")}`;
    if (value === null || value === undefined) return [];
    if (typeof value === "boolean") return [value ? flag : `--${before}no-${name.replaceAll("_", "-")}`];
    if (Array.isArray(value)) return value.flatMap((one) => [flag, quoted(one)]);
    if (typeof value === "object") return flags(value as Record<string, unknown>, `${before}${name.replaceAll("_", "-")}.`);
    return [flag, quoted(value)];
  });
}

function quoted(value: unknown): string {
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  return /^[\w.,:/+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
