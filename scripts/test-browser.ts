/**
 * Drives the inspector page in Chromium as a user would. Needs a system browser; exits with 2 where there is none.
 *
 *   npm run test:browser [-- --shots <folder>] [-- --only <word of a test's name>]
 */
import { chosenBrowser, type Session, startSession } from "./browser/session.ts";
import { browserTests } from "./browser/tests.ts";

const option = (name: string): string | undefined => {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : process.argv[at + 1];
};

const executable = chosenBrowser();
if (executable === undefined) {
  process.stderr.write(
    "test:browser: no Chromium or Chrome was found. Install one (`apt-get install -y chromium`), or set CHROMIUM=<path>.\n",
  );
  process.exit(2);
}

let failed = 0;
const session: Session = await startSession(executable, option("--shots"));
try {
  for (const [name, test] of Object.entries(browserTests)) {
    if (!name.includes(option("--only") ?? "")) continue;
    const started = performance.now();
    try {
      const note = await test(session);
      const time = `${((performance.now() - started) / 1000).toFixed(1)} s`;
      process.stdout.write(`ok   ${name} (${time})${note === undefined ? "" : `: ${note}`}\n`);
    } catch (error) {
      failed += 1;
      process.stdout.write(`FAIL ${name}\n${(error as Error).stack}\n`);
    } finally {
      await session.reset();
    }
  }
} finally {
  await session.close();
}
process.stdout.write(failed === 0 ? "all passed\n" : `${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
