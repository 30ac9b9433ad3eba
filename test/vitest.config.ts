import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "node",
          root: new URL("..", import.meta.url).pathname,
          include: ["src/**/*.test.ts", "test/{law,support}/**/*.test.ts"],
          exclude: ["src/**/*.{db,workers}.test.ts"],
        },
      },
    ],
  },
});
