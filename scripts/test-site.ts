/**
 * Drives the documentation site in Chromium: `npm run site` builds it first. Needs a system browser; exits with 2 where there is none.
 *
 *   npm run test:site [-- --shots <folder>] [-- --only <word of a test's name>]
 */
import { runBrowserTests } from "./browser/run-tests.ts";
import { siteTests } from "./browser/site-tests.ts";

await runBrowserTests("test:site", siteTests);
