import { chosenBrowser, type Session, startSession } from "./session.ts";

/** Answers a note that is printed behind the name of the test, such as a time. */
export type BrowserTest = (session: Session) => Promise<string | undefined>;

const option = (name: string): string | undefined => {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : process.argv[at + 1];
};

/** Runs tests in one browser and sets the exit code: 1 if one fails, 2 where there is no browser. Options: --shots <folder>, --only <word>. */
export async function runBrowserTests(
  command: string,
  tests: Readonly<Record<string, BrowserTest>>,
): Promise<void> {
  const executable = chosenBrowser();
  if (executable === undefined) {
    process.stderr.write(
      `${command}: no Chromium or Chrome was found. Install one (\`apt-get install -y chromium\`), or set CHROMIUM=<path>.\n`,
    );
    process.exit(2);
  }
  let failed = 0;
  const session: Session = await startSession(executable, option("--shots"));
  try {
    for (const [name, test] of Object.entries(tests)) {
      if (!name.includes(option("--only") ?? "")) continue;
      const started = performance.now();
      try {
        const note = await test(session);
        // Errors of the page fail its test.
        await session.reset();
        const time = `${((performance.now() - started) / 1000).toFixed(1)} s`;
        process.stdout.write(`ok   ${name} (${time})${note === undefined ? "" : `: ${note}`}\n`);
      } catch (error) {
        failed += 1;
        process.stdout.write(`FAIL ${name}\n${(error as Error).stack}\n`);
        await session.reset().catch(() => undefined);
      }
    }
  } finally {
    await session.close();
  }
  process.stdout.write(failed === 0 ? "all passed\n" : `${failed} failed\n`);
  process.exitCode = failed === 0 ? 0 : 1;
}
