import { copyFile, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

const here = dirname(fileURLToPath(import.meta.url));

/** The API reference page loads its script from our own assets: an outsourcer's network may not reach a CDN. */
function apiReference(): Plugin {
  return {
    name: "callhouse-api-reference",
    apply: "build",
    async closeBundle() {
      const folder = join(here, "dist", "reference");
      await mkdir(folder, { recursive: true });
      const bundle = join(here, "../node_modules/@scalar/api-reference/dist/browser/standalone.js");
      await copyFile(bundle, join(folder, "standalone.js"));
    },
  };
}

// A build is what people load, whoever starts it: a test runner's NODE_ENV would put React's development half into it.
if (process.argv.includes("build")) process.env.NODE_ENV = "production";

export default defineConfig({
  root: here,
  plugins: [react(), apiReference()],
  build: {
    outDir: join(here, "dist"),
    emptyOutDir: true,
    target: "es2023",
    manifest: true,
    chunkSizeWarningLimit: 1_000,
  },
});
