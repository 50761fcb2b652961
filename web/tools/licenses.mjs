/** Vite plugin: the licence text of every package in the bundle goes into licenses.txt; one that is not allowed stops the build. */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";

const ALLOWED = new Set(["MIT", "ISC", "BSD-2-Clause", "BSD-3-Clause", "0BSD", "Apache-2.0", "MIT OR Apache-2.0", "Unlicense", "CC0-1.0", "BlueOak-1.0.0", "Zlib"]);

/** Folder of the package that a module belongs to, or null for our own. */
function packageOf(id) {
  let folder = dirname(id.replace(/^\0/, "").split("?")[0]);
  if (!folder.includes("node_modules")) return null;
  while (folder.includes("node_modules")) {
    const file = join(folder, "package.json");
    if (existsSync(file) && JSON.parse(readFileSync(file, "utf8")).version) return folder;
    folder = dirname(folder);
  }
  return null;
}

export function licenses() {
  return {
    name: "licenses",
    generateBundle(_options, bundle) {
      const folders = new Set();
      for (const chunk of Object.values(bundle)) {
        for (const id of Object.keys(chunk.modules ?? {})) {
          const folder = packageOf(id);
          if (folder) folders.add(folder);
        }
      }
      const texts = [...folders].map((folder) => {
        const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
        if (!ALLOWED.has(license)) this.error(`${name} ${version} is under '${license}', which is not on the list of licences`);
        const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
        const text = file ? readFileSync(join(folder, file), "utf8").trim() : "(the package carries no licence text)";
        return `${name} ${version}\n${license}\n\n${text}\n`;
      });
      this.emitFile({ type: "asset", fileName: "licenses.txt", source: texts.sort().join(`\n${"-".repeat(80)}\n\n`) });
    },
  };
}
