import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Diagnostic } from "../../core/diagnostic.ts";
import type { ProposedFix } from "../fix/propose.ts";
import { arrangeFixes, fixDecisions } from "./fix-decisions.ts";

const fix = (rule: string, title: string, confidence: number): ProposedFix => ({
  rule,
  title,
  why: "",
  confidence,
  changes: [{ start: 0, end: 1, text: title }],
  isConsequence: false,
});
const diagnostic: Diagnostic = { file: "a.ts", line: 1, severity: "error", message: "secret" };
const near = fix("likely name", "near", 0.9);
const second = fix("likely name", "second", 0.85);
const imported = fix("missing import", "import", 0.82);
const proposal = { path: "a.ts", diagnostics: [diagnostic], fixes: [near, second, imported] };
const type = "fix script: likely name, missing import";

/** Names are not likely enough here. */
const learnt = { floor: (_kind: string, name: string) => (name === "likely name" ? 0.95 : 0.8) };
const titles = (fixes: readonly ProposedFix[]): string[] => fixes.map(({ title }) => title);

describe("fixes, with what was learnt", () => {
  it("are all tried where a tool judges, in the usual order, whatever was learnt", () => {
    expect(arrangeFixes(proposal, learnt, true)).toEqual({ fixes: [near, second, imported] });
  });

  it("are withheld below a raised threshold where none does, with those after them; what is proved is made", () => {
    const { fixes, withheld } = arrangeFixes(proposal, learnt, false);
    expect(titles(fixes)).toEqual([]);
    expect(withheld).toBe("likely name is 90 % certain, and needs 95 % in this repository");
    const proved = fix("missing self", "proved", 1);
    const sure = fix("missing self", "sure", 0.97);
    const more = { ...proposal, fixes: [proved, sure, ...proposal.fixes] };
    expect(titles(arrangeFixes(more, learnt, false).fixes)).toEqual(["proved", "sure"]);
  });

  it("are never others than without it", () => {
    // What is below the usual threshold is not made anyway, and withholds nothing.
    const unlikely = fix("likely name", "unlikely", 0.4);
    const odd = { ...proposal, fixes: [unlikely, imported] };
    expect(titles(arrangeFixes(odd, learnt, false).fixes)).toEqual(["unlikely", "import"]);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom("a", "b", "c"), fc.integer({ min: 30, max: 100 }))),
        fc.dictionary(fc.constantFrom("a", "b", "c", "a 2"), fc.integer({ min: 80, max: 100 })),
        (offers, floors) => {
          const all = offers.map(([rule, percent], at) => fix(rule, `${at}`, percent / 100));
          const own = { floor: (_kind: string, name: string) => (floors[name] ?? 80) / 100 };
          const made = (list: readonly ProposedFix[]) =>
            list.find(({ confidence }) => confidence >= 0.8 && confidence < 1);
          const { fixes } = arrangeFixes({ ...proposal, fixes: all }, own, false);
          expect([undefined, made(all)]).toContain(made(fixes));
          const proved = all.filter(({ confidence }) => confidence === 1);
          expect(fixes).toEqual(expect.arrayContaining(proved));
        },
      ),
    );
  });

  it("are as they were where nothing is known", () => {
    const cold = { floor: () => 0.8 };
    expect(arrangeFixes(proposal, cold, true).fixes).toBe(proposal.fixes);
    expect(arrangeFixes(proposal, cold, false)).toEqual({ fixes: [near, second, imported] });
    expect(arrangeFixes({ ...proposal, fixes: [] }, cold, true)).toEqual({ fixes: [] });
  });
});

describe("decisions about fixes", () => {
  it("name rules and outcomes, once a problem, and no text", () => {
    const outcome = {
      path: "a.ts",
      diagnostic,
      fix: imported,
      others: [{ ...near, refused: "the message stays" }, second],
    };
    const decisions = fixDecisions([outcome, { ...outcome }], 2, "e1");
    expect(decisions).toEqual([
      {
        type,
        entry: "e1",
        tried: [
          { name: "likely name", seconds: 2, right: false, confidence: 0.9 },
          { name: "missing import", seconds: 2, right: true, confidence: 0.82 },
        ],
      },
    ]);
    expect(JSON.stringify(decisions)).not.toMatch(/secret|near|a\.ts/);
  });

  it("leave out what was not tried", () => {
    expect(
      fixDecisions([{ path: "a.ts", diagnostic, why: "", others: [near] }], 1, undefined),
    ).toEqual([]);
  });
});
