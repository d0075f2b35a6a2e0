/** One case of a conformance suite. Run it with any test runner: `for (const c of cases) it(c.name, c.run)`. */
export interface ConformanceCase {
  readonly name: string;
  /** Why this adapter need not pass it; the case is then to be reported as skipped, with the reason. */
  readonly skip?: string;
  run(): Promise<void>;
}
