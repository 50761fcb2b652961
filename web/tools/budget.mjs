/** Refuse a build whose shell or any screen is too heavy: gzip bytes of scripts and styles, by the manifest. */
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";

const SHELL_KB = 250;
const SCREEN_KB = 700;
const elsewhere = process.env.TIERSCAPE_APP_OUT;
const out = elsewhere ? pathToFileURL(`${elsewhere}/`) : new URL("../../src/tierscape/server/static/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL("manifest.json", out), "utf8"));

const sizes = new Map();
function size(file) {
  if (!sizes.has(file)) sizes.set(file, gzipSync(readFileSync(new URL(file, out))).length);
  return sizes.get(file);
}

/** Keys of the chunks that a chunk needs at once; with `late`, also what it loads later. */
function reach(key, late, seen = new Set()) {
  if (seen.has(key)) return seen;
  seen.add(key);
  const chunk = manifest[key];
  const next = [...(chunk.imports ?? []), ...(late ? (chunk.dynamicImports ?? []) : [])];
  for (const other of next) reach(other, late, seen);
  return seen;
}
const weigh = (keys) => {
  const files = new Set([...keys].flatMap((key) => [manifest[key].file, ...(manifest[key].css ?? [])]));
  return [...files].reduce((sum, file) => sum + size(file), 0) / 1024;
};

const entry = Object.keys(manifest).find((key) => manifest[key].isEntry);
const shell = reach(entry, false);
const rows = [["shell", weigh(shell), SHELL_KB]];
const isScreen = (key) => key.startsWith("src/screens/");
const late = [...shell].flatMap((key) => manifest[key].dynamicImports ?? []);
const shared = late.filter((key) => !isScreen(key)); // loaded when a screen first needs it: counted for each
for (const screen of new Set(late.filter(isScreen))) {
  const seen = new Set(shell);
  for (const key of [screen, ...shared]) reach(key, true, seen);
  const more = [...seen].filter((key) => !shell.has(key));
  rows.push([screen.replace("src/screens/", "").replace(".tsx", ""), weigh(more), SCREEN_KB]);
}
let over = 0;
for (const [name, weight, budget] of rows) {
  const bad = weight > budget;
  over += bad;
  console.log(`${name.padEnd(12)} ${weight.toFixed(1).padStart(7)} KB gzip of ${budget}${bad ? "  TOO HEAVY" : ""}`);
}
if (over) process.exit(1);
