import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { judge, tellsCure } from "../scripts/attack/merge/judge.ts";
import { trialOf } from "../scripts/attack/merge/make.ts";
import { createRedraft } from "../src/redraft/create-redraft.ts";
import { randomOf } from "./merge/generate.ts";

const pool = ["src/text/lines.ts", "src/text/budget.ts", "docs/glossary.md"].map((path) => ({
  path,
  text: readFileSync(new URL(`../${path}`, import.meta.url), "utf8"),
}));
const bad = ["idle", "wrong", "crashed", "noCure", "slow"];

/** A short piece of `npm run attack:merge`. */
describe("edits with one right answer", () => {
  const redraft = createRedraft();

  it("are made so or refused with a cure", async () => {
    const kinds = new Set<string>();
    let right = 0;
    for (let index = 0; index < 400; index++) {
      const trial = trialOf(randomOf(7_000_003 + index), pool);
      const { verdict, said } = await judge(trial, redraft);
      if (bad.includes(verdict))
        expect.fail(`${index} ${trial.kind} is ${verdict}: ${said}\n${trial.edit}`);
      if (verdict === "right") right++;
      kinds.add(trial.kind);
    }
    expect(right).toBeGreaterThan(360);
    expect(kinds.size).toBeGreaterThan(18);
  });

  it("are told from wrong ones", async () => {
    const trial = trialOf(randomOf(1), pool);
    const apply = async (): Promise<never> => ({ text: "something else\n" }) as never;
    const other = { ...trial, wanted: { kind: "text", flat: "a\n" } } as const;
    expect((await judge(other, { apply })).verdict).toBe("wrong");
    const breaks = async (): Promise<never> => Promise.reject(new TypeError("x of undefined"));
    expect((await judge(other, { apply: breaks })).verdict).toBe("crashed");
    expect(tellsCure("the edit is empty.")).toBe(false);
    expect(tellsCure("the edit is empty. Send what is to change.")).toBe(true);
  });
});
