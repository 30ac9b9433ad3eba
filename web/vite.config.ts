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

/** Names as src/adapters/documents/fonts.ts asks for them; its test compares. */
const DOCUMENT_FONTS = [
  ["NotoSansSC-Regular.ttf", "400Regular/NotoSansSC_400Regular.ttf"],
  ["NotoSansSC-Bold.ttf", "700Bold/NotoSansSC_700Bold.ttf"],
] as const;

/** Fonts of printed documents: the Worker reads them from here when it prints the first one. */
function documentFonts(): Plugin {
  return {
    name: "callhouse-document-fonts",
    apply: "build",
    async closeBundle() {
      await mkdir(join(here, "dist", "fonts"), { recursive: true });
      const modules = join(here, "../node_modules");
      const licence = join(modules, "@expo-google-fonts/noto-sans-sc/LICENSE_FONT");
      await copyFile(licence, join(here, "dist", "fonts", "LICENSE.txt"));
      for (const [name, source] of DOCUMENT_FONTS) {
        const file = join(modules, "@expo-google-fonts/noto-sans-sc", source);
        await copyFile(file, join(here, "dist", "fonts", name));
      }
    },
  };
}

const GROUND =
  /node_modules\/(react|react-dom|scheduler|react-i18next|i18next|use-sync-external-store|@tanstack\/.*)\//;

// A build is what people load, whoever starts it: a test runner's NODE_ENV would put React's development half into it.
if (process.argv.includes("build")) process.env.NODE_ENV = "production";

export default defineConfig({
  root: here,
  plugins: [react(), apiReference(), documentFonts()],
  build: {
    outDir: join(here, "dist"),
    emptyOutDir: true,
    target: "es2023",
    manifest: true,
    chunkSizeWarningLimit: 1_000,
    rolldownOptions: {
      output: {
        // What every page stands on, in one file: it compresses better together, and stays in the browser's store when
        // only our own code has changed.
        codeSplitting: { groups: [{ name: "ground", test: GROUND }] },
      },
    },
  },
});
