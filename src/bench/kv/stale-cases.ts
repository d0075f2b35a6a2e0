/** An edit that changes what later text means, and a question whose answer depends on it. */
export interface StaleCase {
  readonly id: string;
  readonly kind: "constant" | "type" | "signature" | "import" | "condition";
  readonly path: string;
  readonly before: string;
  readonly after: string;
  /** The beginning of a line at the end of the text, which the model continues. */
  readonly question: string;
}

interface Template {
  readonly kind: StaleCase["kind"];
  readonly top: (value: string) => string;
  readonly values: readonly (readonly [string, string])[];
  readonly uses: string;
  readonly question: string;
}

const templates: readonly Template[] = [
  {
    kind: "constant",
    top: (value) => `export const maxRetries = ${value};\n`,
    values: [
      ["3", "7"],
      ["5", "12"],
      ["2", "9"],
      ["4", "8"],
    ],
    uses: `\nexport function shouldRetry(attempt: number): boolean {\n  return attempt < maxRetries;\n}\n`,
    question: `\n// maxRetries is ${""}`,
  },
  {
    kind: "type",
    top: (value) => `export interface Job {\n  id: ${value};\n  done: boolean;\n}\n`,
    values: [
      ["string", "number"],
      ["number", "string"],
      ["boolean", "string"],
      ["string", "bigint"],
    ],
    uses: `\nconst jobs: Job[] = [];\n\nexport function isDone(job: Job): boolean {\n  return job.done;\n}\n`,
    question: `\nexport function findJob(id:`,
  },
  {
    kind: "signature",
    top: (value) =>
      `export function area(${value}): number {\n  return compute(${value.replaceAll(/: number/g, "")});\n}\n`,
    values: [
      ["width: number, height: number", "radius: number"],
      ["side: number", "base: number, top: number"],
      ["radius: number", "length: number, depth: number"],
      ["first: number, second: number", "angle: number"],
    ],
    uses: `\nexport function report(): string {\n  return "area of the shape";\n}\n`,
    question: `\n// Parameters of area:`,
  },
  {
    kind: "import",
    top: (value) => `import { ${value} } from "./store.ts";\n`,
    values: [
      ["readAll", "loadEvery"],
      ["saveItem", "writeEntry"],
      ["openStore", "createStore"],
      ["fetchUser", "getPerson"],
    ],
    uses: `\n// The one function that is imported from the store is used below.\n`,
    question: `\nconst result = await`,
  },
  {
    kind: "condition",
    top: (value) => `export function isOpen(hour: number): boolean {\n  return ${value};\n}\n`,
    values: [
      ["hour > 9", "!(hour > 9)"],
      ["hour < 18", "hour >= 18"],
      ["hour === 12", "hour !== 12"],
      ["hour >= 8", "hour < 8"],
    ],
    uses: `\nexport const note = isOpen(10) ? "open" : "closed";\n`,
    question: `\nassert.equal(isOpen(12),`,
  },
];

/** Every template with every pair of values; `filler` lies between the definition and its uses, and behind them. */
export function staleCases(filler: string): StaleCase[] {
  const half = filler.indexOf("\n", filler.length / 3) + 1;
  return templates.flatMap((template) =>
    template.values.map(([before, after], i) => {
      const text = (value: string): string =>
        `${template.top(value)}${template.uses}\n${filler.slice(0, half)}${filler.slice(half)}`;
      return {
        id: `${template.kind}-${i + 1}`,
        kind: template.kind,
        path: "stale.ts",
        before: text(before),
        after: text(after),
        question: template.question,
      };
    }),
  );
}
