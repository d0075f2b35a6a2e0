import { defineConfig } from "vitest/config";

/** The tests on real weights, `npm run test:models`: minutes, and files that nothing of the installation brings. */
export default defineConfig({
  test: {
    include: ["test/real-models/**/*.models.test.ts"],
    reporters: ["default", "./test/support/closing-line.ts"],
    testTimeout: 600_000,
    hookTimeout: 600_000,
    globalSetup: ["./test/support/state-home.ts"],
    maxWorkers: 1,
  },
});
