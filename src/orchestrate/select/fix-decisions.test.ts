import { describe, expect, it } from "vitest";
import type { Diagnostic } from "../../core/diagnostic.ts";
import type { ProposedFix } from "../fix/propose.ts";
import { arrangeFixes, fixDecisions, type LearntArms } from "./fix-decisions.ts";
import { orderArms } from "./order-arms.ts";
import { recordsOf } from "./records.ts";

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

/** The import is known to be right, and the first name not to be. */
const learnt: LearntArms = {
  order(kind, offers) {
    const decisions = Array.from({ length: 30 }, () => ({
      type,
      tried: [
        { name: "likely name", seconds: 1, right: false },
        { name: "missing import", seconds: 1, right: true },
      ],
    }));
    return orderArms(kind, offers, recordsOf(decisions));
  },
  floor: (_kind, name) => (name === "likely name" ? 0.95 : 0.8),
};
const titles = (fixes: readonly ProposedFix[]): string[] => fixes.map(({ title }) => title);

describe("fixes in a learnt order", () => {
  it("are all tried where a tool judges, in the usual order, whatever was learnt", () => {
    expect(arrangeFixes(proposal, learnt, true)).toEqual({ fixes: [near, second, imported] });
  });

  it("stay out below a raised threshold where none does, and what is proved stays first", () => {
    const { fixes, order } = arrangeFixes(proposal, learnt, false);
    expect(titles(fixes)).toEqual(["import", "second"]);
    expect(order).toMatchObject({ type, isCold: false });
    const proved = fix("likely name", "proved", 1);
    const more = { ...proposal, fixes: [proved, ...proposal.fixes] };
    expect(titles(arrangeFixes(more, learnt, false).fixes)[0]).toBe("proved");
  });

  it("are as they were where nothing is known", () => {
    const cold: LearntArms = {
      order: (kind, offers) => orderArms(kind, offers, new Map()),
      floor: () => 0.8,
    };
    expect(arrangeFixes(proposal, cold, true).fixes).toBe(proposal.fixes);
    expect(titles(arrangeFixes(proposal, cold, false).fixes)).toEqual(["near", "second", "import"]);
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
