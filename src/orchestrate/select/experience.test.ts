import { describe, expect, it } from "vitest";
import type { EditDecision, TriedArm } from "./decision.ts";
import { seededDraws } from "./draws.ts";
import {
  type Experience,
  inUse,
  noTypeExperience,
  withDecisions,
  withUndone,
} from "./experience.ts";
import { gate, scoreOn } from "./gate.ts";
import { learnFrom, nothingLearnt, orderLearnt } from "./learnt.ts";

const type = "fix script";
const arm = (name: string, right: boolean, seconds: number, confidence: number): TriedArm => ({
  name,
  right,
  seconds,
  confidence,
});

/** Honest decisions: `rule` is right in 30 %, though it says 85 %; `model` in 90 %. They are tried in this order. */
function honest(count: number, seed: number): EditDecision[] {
  const draws = seededDraws(seed);
  return Array.from({ length: count }, (_, at) => {
    const first = draws.uniform() < 0.3;
    const rule = arm("rule", first, 1, 0.85);
    const entry = `e${seed}-${at}`;
    return {
      type,
      entry,
      tried: first ? [rule] : [rule, arm("model", draws.uniform() < 0.9, 2, 0.9)],
    };
  });
}

const poisons: Readonly<Record<string, (decisions: readonly EditDecision[]) => EditDecision[]>> = {
  "labels flipped": (decisions) =>
    decisions.map((one) => ({
      ...one,
      tried: one.tried.map((tried) => ({ ...tried, right: !tried.right })),
    })),
  "a specialist that claims everything": (decisions) =>
    decisions.map((one) => ({ ...one, tried: [arm("claims", true, 0.001, 0.99)] })),
  "scores inflated, and wrong": (decisions) =>
    decisions.map((one) => ({ ...one, tried: [arm("model", false, 2, 0.99)] })),
  "a known arm that is always right, at once": (decisions) =>
    decisions.map((one) => ({ ...one, tried: [arm("rule", true, 0.001, 0.99)] })),
  "the better arm made slow": (decisions) =>
    decisions.map((one) => ({ ...one, tried: [arm("model", true, 500, 0.9)] })),
};

/** Held-out decisions of which every arm is known, as the shipped ones are. */
const complete = Array.from({ length: 20 }, (_, at): EditDecision => {
  const [rule, model] = [at % 3 === 0, at % 10 !== 0];
  return { type, tried: [arm("rule", rule, 1, 0.85), arm("model", model, 2, 0.9)] };
});

describe("the gate", () => {
  const before = learnFrom(honest(60, 1));

  it("keeps a good update: more of the same, and the first one", () => {
    expect(gate(complete, before, learnFrom([...honest(60, 1), ...honest(30, 2)])).kept).toBe(true);
    const first = gate(complete, nothingLearnt, before);
    expect(first.kept).toBe(true);
    expect(first.after.wrong).toBeLessThan(first.before.wrong);
  });

  it.each(Object.entries(poisons))("refuses %s", (_name, poison) => {
    const proposed = learnFrom([...honest(60, 1), ...poison(honest(60, 3))]);
    const answer = gate(complete, before, proposed);
    expect(answer).toMatchObject({ kept: false });
    expect(answer.why).toMatch(/instead of/);
  });

  it("counts a wrong edit like ten that are not made", () => {
    const [held] = [[{ type, tried: [arm("rule", false, 1, 0.85)] }]];
    const raised = { records: new Map(), floors: new Map([["rule", 1]]) };
    expect(scoreOn(held, nothingLearnt)).toMatchObject({ wrong: 1, refused: 0, seconds: 1 });
    expect(scoreOn(held, raised)).toMatchObject({ wrong: 0, refused: 1 });
    expect(gate(held, nothingLearnt, raised).kept).toBe(true);
    const right = [{ type, tried: [arm("rule", true, 1, 0.85)] }];
    expect(gate(right, nothingLearnt, raised).kept).toBe(false);
  });
});

describe("experience", () => {
  const first = (experience: Experience): string | undefined => {
    const offers = ["rule", "model", "claims"].map((name) => ({ name, confidence: 0.5 }));
    return orderLearnt(inUse(experience, type), type, offers).turns[0]?.name;
  };

  it("is in use once enough is kept aside, and changes the order", () => {
    const { experience: few } = withDecisions({}, honest(6, 5));
    expect(inUse(few, type)).toBe(nothingLearnt);
    expect(first(few)).toBe("rule");
    const { experience, updates } = withDecisions({}, honest(60, 5));
    expect(updates.filter(({ answer }) => answer.kept).length).toBeGreaterThan(5);
    expect(first(experience)).toBe("model");
    expect(inUse(experience, type).floors.get("rule")).toBe(1);
    const { training, heldOut, kept } = experience[type]!;
    expect(heldOut.some((one) => training.includes(one))).toBe(false);
    expect(kept).toBeGreaterThan(5);
  });

  it.each(Object.entries(poisons))(
    "is not made worse by %s, at once or in drops",
    (_name, poison) => {
      const { experience } = withDecisions({}, honest(90, 5), () => complete);
      const wrong = (one: Experience): number => scoreOn(complete, inUse(one, type)).wrong;
      const few = withDecisions(experience, poison(honest(12, 7)), () => complete);
      expect(few.updates.some(({ answer }) => !answer.kept)).toBe(true);
      expect(wrong(few.experience)).toBe(wrong(experience));
      expect(first(few.experience)).toBe("model");
      // Where it does not end, what is learnt is forgotten: no worse than without learning.
      const most = scoreOn(complete, nothingLearnt).wrong;
      const many = withDecisions(experience, poison(honest(90, 7)), () => complete);
      expect(wrong(many.experience)).toBeLessThanOrEqual(most);
      let drops = experience;
      for (let seed = 1; seed <= 20; seed += 1) {
        const drop = [...poison(honest(1, seed)), ...honest(5, 100 + seed)];
        drops = withDecisions(drops, drop, () => complete).experience;
        expect(wrong(drops)).toBeLessThanOrEqual(most);
      }
    },
  );

  it("forgets a kind of which three updates in a row are refused: then it is as if nothing was learnt", () => {
    const { experience } = withDecisions({}, honest(90, 5));
    const { experience: after } = withDecisions(
      experience,
      poisons["labels flipped"]!(honest(24, 7)),
    );
    expect(after[type]).toMatchObject({ training: [], heldOut: [] });
    expect(after[type]!.refusal).toMatch(/^forgotten: /);
    expect(inUse(after, type)).toBe(nothingLearnt);
  });

  it("starts anew where a new arm is better, and then takes it up", () => {
    const { experience } = withDecisions({}, honest(90, 5));
    const better = honest(60, 1).map((one) => ({ ...one, tried: [arm("claims", true, 0.5, 0.9)] }));
    expect(first(withDecisions(experience, better.slice(0, 6)).experience)).toBe("model");
    expect(first(withDecisions(experience, better).experience)).toBe("claims");
  });

  describe("with decisions that never end and are not honest", () => {
    const rule = (right: boolean, entry?: string): EditDecision => ({
      type,
      tried: [arm("rule", right, 1, 0.85)],
      ...(entry === undefined ? {} : { entry }),
    });
    /** So many written edits of which one in ten is wrong, each followed by six that say that all are. */
    const flooded = (count: number, isWritten: boolean): EditDecision[] =>
      Array.from({ length: count }, (_, at) => [
        rule(at % 10 !== 9, `e${at}`),
        ...Array.from({ length: 6 }, (_, one) =>
          rule(false, isWritten ? `f${at}-${one}` : `e${at}`),
        ),
      ]).flat();
    const floor = (experience: Experience): number | undefined =>
      inUse(experience, type).floors.get("rule");

    it("withholds nothing that the first written edits do not ask for, however long they come", () => {
      expect(floor(withDecisions({}, flooded(100, false)).experience)).toBeUndefined();
      const { experience } = withDecisions({}, flooded(12, false));
      expect(experience[type]!.fixed.map(({ entry }) => entry)).toEqual(
        Array.from({ length: 12 }, (_, at) => `e${at}`),
      );
      const later = withDecisions(experience, flooded(100, true));
      expect(floor(later.experience)).toBeUndefined();
      expect(later.experience[type]!.fixed).toEqual(experience[type]!.fixed);
      const lies = Array.from({ length: 300 }, (_, at) => rule(false, `g${at}`));
      expect(floor(withDecisions(experience, lies).experience)).toBeUndefined();
      // Whoever writes and undoes the first edits of a kind decides what they say.
      expect(floor(withDecisions({}, lies).experience)).toBe(1);
    });

    it("withholds nothing by decisions that name no edit of the log", () => {
      const { experience } = withDecisions(
        {},
        Array.from({ length: 60 }, () => rule(false)),
      );
      expect(experience[type]).toMatchObject({ fixed: [], kept: 10 });
      expect(floor(experience)).toBeUndefined();
    });

    it("keeps the kinds whose first edits are known, whatever number of others comes", () => {
      const { experience } = withDecisions({}, honest(12, 1));
      const kinds = Array.from({ length: 200 }, (_, at) => ({ ...rule(true), type: `kind ${at}` }));
      const after = withDecisions(experience, kinds).experience;
      expect(Object.keys(after)).toHaveLength(40);
      expect(after[type]).toEqual(experience[type]);
      expect(after).toHaveProperty("kind 199");
    });
  });

  it("learns from what is undone, and from what is made again", () => {
    const edit = (entry: string): EditDecision => ({
      type,
      entry,
      tried: [arm("rule", true, 1, 0.85)],
    });
    const entries = Array.from({ length: 24 }, (_, at) => `e${at}`);
    const { experience } = withDecisions({}, entries.map(edit));
    expect(inUse(experience, type).floors.size).toBe(0);
    const { experience: undone } = withUndone(experience, new Set(entries), true);
    expect(inUse(undone, type).floors.get("rule")).toBe(1);
    const { experience: redone } = withUndone(undone, new Set(entries), false);
    expect(inUse(redone, type).floors.size).toBe(0);
    expect(withUndone(experience, new Set(["other"]), true).experience).toEqual(experience);
  });

  it("is bounded", () => {
    const many = Array.from({ length: 60 }, (_, at) =>
      honest(1, at).map((one) => ({ ...one, type: `kind ${at}` })),
    ).flat();
    const { experience } = withDecisions({}, [...many, ...honest(600, 1)]);
    expect(Object.keys(experience)).toHaveLength(40);
    expect(Object.keys(experience)).toContain(type);
    const { training, heldOut, pending } = experience[type]!;
    expect(training.length).toBeLessThanOrEqual(80);
    expect(heldOut.length).toBeLessThanOrEqual(24);
    expect(pending.length).toBeLessThan(6);
    expect(noTypeExperience.training).toEqual([]);
  });
});
