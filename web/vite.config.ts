import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { licenses } from "./tools/licenses.mjs";

/** Where the built app goes: into the package, or elsewhere, so that no running server sees its files change. */
const out = process.env["TIERSCAPE_APP_OUT"] ?? fileURLToPath(new URL("../src/tierscape/server/static", import.meta.url));
const server = process.env["TIERSCAPE_SERVER"] ?? "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [react(), licenses()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: {
    outDir: out,
    emptyOutDir: true,
    target: "es2023",
    manifest: "manifest.json",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1500,
  },
  server: { proxy: { "/api": server } },
});
