import { describe, expect, it } from "vitest";
import { command } from "@/components/command";
import { read } from "@/components/Field";
import { valueAt, withValue } from "@/components/paths";
import { arranged, nextSort } from "@/components/rows";
import { controlOf, countChanges, resolve } from "@/components/schema";
import { addressOf, parse } from "@/router/address";
import { edited, typed, withEdit } from "@/screens/DataEdits";
import { balanced, behind } from "@/screens/RegionsScore";
import { canonical } from "@/state/canonical";
import { figure, money, shown } from "@/state/format";

describe("figures", () => {
  it.each([
    [0, "0"],
    [0.0479, "0.0479"],
    [12.345, "12.3"],
    [999.6, "1000"],
    [1234, "1230"],
    [1234567, "1\u2009230\u2009000"],
    [-0.5, "\u22120.5"],
    [0.00001, "1.00e\u22125"],
  ])("%d reads %s", (value, text) => expect(figure(value)).toBe(text));

  it("unknown is a dash, never zero", () => {
    expect(shown(null, { kind: "number", unit: "km" })).toBe("–");
    expect(shown(0, { kind: "number", unit: "km" })).toBe("0");
  });

  it("years are not grouped and whole numbers keep every digit", () => {
    expect(shown(20260, { kind: "integer", unit: "year" })).toBe("20260");
    expect(shown(12345, { kind: "integer", unit: "sites" })).toBe("12\u2009345");
  });
});

describe("addresses", () => {
  it.each(["/w/main/n/abc/map", "/w/main/jobs", "/w/a%20b/home"])("%s comes back", (path) =>
    expect(addressOf(parse(path))).toBe(path),
  );
});

describe("rows", () => {
  const columns = [{ name: "n", kind: "number" as const, unit: "", description: "" }];
  const rows = [{ n: 2 }, { n: null }, { n: 10 }];
  it("unknown comes last either way", () => {
    expect(arranged(rows, columns, { column: "n", down: false }, "").map((r) => r["n"])).toEqual([2, 10, null]);
    expect(arranged(rows, columns, { column: "n", down: true }, "").map((r) => r["n"])).toEqual([10, 2, null]);
  });
  it("a third click leaves the order", () => {
    expect(nextSort(nextSort(nextSort(null, "n"), "n"), "n")).toBeNull();
  });
});

describe("forms", () => {
  const root = { $defs: { Weights: { type: "object", properties: { a: { type: "number" } } } } };
  it("follows references and unwraps what may be null", () => {
    expect(resolve({ $ref: "#/$defs/Weights", description: "w" }, root)).toMatchObject({ type: "object", description: "w" });
    const list = resolve({ anyOf: [{ type: "array", items: { type: "string" } }, { type: "null" }], default: null }, root);
    expect([controlOf(list), list.optional]).toEqual(["list", true]);
  });
  it("sends a number that is none as typed, for the server to refuse", () => {
    expect(read("80", { type: "number" })).toBe(80);
    expect(read("far", { type: "number" })).toBe("far");
    expect(read("", { type: "number" })).toBeUndefined();
    expect(read("a, b", { type: "array", items: { type: "string" } })).toEqual(["a", "b"]);
  });
  it("counts changes in groups", () => expect(countChanges({ a: 1, b: { c: 2, d: [1, 2] } })).toBe(3));
});

describe("edits", () => {
  const key = ["site"];
  const row = { site: "s1", status: "operating", capacity: 1 };
  const where = { site: "s1" };
  it("a second edit of a row joins the first", () => {
    const one = withEdit([], { table: "sites", where, set: { status: "closed" } });
    const two = withEdit(one, { table: "sites", where, set: { capacity: 2 } });
    expect(two).toHaveLength(1);
    expect(edited(row, "sites", key, two)).toEqual({ site: "s1", status: "closed", capacity: 2 });
  });
  it("deleting a row drops its other edits", () => {
    const one = withEdit([], { table: "sites", where, set: { status: "closed" } });
    const gone = withEdit(one, { table: "sites", where, remove: true });
    expect(gone).toEqual([{ table: "sites", where, remove: true }]);
    expect(edited(row, "sites", key, gone)).toBeNull();
  });
  it("an empty cell is unknown", () => expect(typed("  ", { kind: "number" })).toBeNull());
});

describe("regions", () => {
  it("weights sum to one exactly enough for the server", () => {
    const weights = balanced({ a: 1, b: 1, c: 1 });
    expect(Object.values(weights).reduce((sum, w) => sum + w, 0)).toBeCloseTo(1, 12);
  });
  it("names the part of the score that makes most of the gap", () => {
    const first = { score: 60, completeness: 0.8, depth: 0.5 };
    const other = { score: 40, completeness: 0.4, depth: 0.45 };
    expect(behind(first, other, { completeness: 0.5, depth: 0.5 })).toEqual({ points: 20, part: "completeness" });
  });
});

describe("commands", () => {
  it("repeats parameters as flags", () => {
    const params = { radius_km: 80, assumptions: { weights: { depth: 0.2 }, statuses: ["operating", "announced"] }, name: "a b" };
    expect(command("landed_cost", params)).toBe(
      "tierscape landed_cost network.zip --radius-km 80 --assumptions.weights.depth 0.2 --assumptions.statuses operating --assumptions.statuses announced --name 'a b'",
    );
  });
  it("is the same for the same parameters in any order", () =>
    expect(canonical({ b: 1, a: { d: 1, c: 2 } })).toBe(canonical({ a: { c: 2, d: 1 }, b: 1 })));
});

it("a parameter is set and taken away by its path, and groups that are left empty go too", () => {
  const given = withValue({}, ["policy", "ally_share"], 0.7);
  expect(given).toEqual({ policy: { ally_share: 0.7 } });
  expect(valueAt(given, ["policy", "ally_share"])).toBe(0.7);
  expect(withValue(given, ["policy", "ally_share"], undefined)).toEqual({});
  expect(withValue({ policy: { a: 1, b: 2 } }, ["policy", "a"], undefined)).toEqual({ policy: { b: 2 } });
});

it("money has three significant figures, a size and its currency", () => {
  expect(money(38_364_217_875, "USD")).toBe("38.4\u2009bn\u2009USD");
  expect(money(-18_500_000, "")).toBe("\u221218.5\u2009M");
  expect(money(0, "USD")).toBe("0\u2009USD");
});
