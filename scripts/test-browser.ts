/**
 * Drives the inspector page in Chromium as a user would. Needs a system browser; exits with 2 where there is none.
 *
 *   npm run test:browser [-- --shots <folder>] [-- --only <word of a test's name>]
 */
import { runBrowserTests } from "./browser/run-tests.ts";
import { browserTests } from "./browser/tests.ts";

await runBrowserTests("test:browser", browserTests);
