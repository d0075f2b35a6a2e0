import { defineConfig } from "vitest/config";

const all = [
  "src/**/*.test.ts",
  "test/**/*.test.ts",
  "editors/vscode/src/*.test.ts",
  "editors/hooks/*.test.ts",
];
const slow = "**/*.slow.test.ts";
/** Needs real weights: vitest.models.config.ts runs it. */
const models = "**/*.models.test.ts";

/** With a module replaced by another one, so that its file shares no modules with others. */
const aiSdk7 = "test/faces/ai-sdk-7.slow.test.ts";

/**
 * Two parts: `slow` holds the files named `*.slow.test.ts`, which start processes, load models or take seconds; `fast` holds
 * the others. The files of a part share two processes and so load every module once.
 */
export default defineConfig({
  test: {
    reporters: ["default", "./test/support/closing-line.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    globalSetup: ["./test/support/state-home.ts"],
    // Every core: by default one is left idle, on two cores half of the machine.
    maxWorkers: "100%",
    coverage: {
      provider: "v8",
      include: ["src/**/*.ts"],
      exclude: ["src/bench/**", "**/*.test.ts", "**/*.test-d.ts"],
      reporter: ["text-summary", "html"],
    },
    projects: [
      {
        extends: true,
        test: { name: "fast", include: all, exclude: [slow, models], isolate: false },
      },
      {
        extends: true,
        test: {
          name: "slow",
          include: all.map((path) => path.replace("*.test", "*.slow.test")),
          exclude: [aiSdk7],
          isolate: false,
        },
      },
      {
        extends: true,
        resolve: { alias: [{ find: /^ai$/, replacement: "ai7" }] },
        test: { name: "slow-ai-sdk-7", include: [aiSdk7] },
      },
    ],
  },
});
