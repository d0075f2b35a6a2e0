import { describe, expect, it } from "vitest";
import type { Edit } from "../../core/edit.ts";
import type { EditFate, Proof, ResultOrigin, SourceFate } from "../../core/merge.ts";
import { merge } from "../merge.ts";
import { checkProof } from "./check.ts";

const source = "one();\ntwo();\nthree();\nfour();\nfive();\n";
const either = (text: string, at: number) => ({ text, role: "either", at }) as const;
const edit: Edit = {
  format: "lazy",
  why: "test",
  extent: "file",
  action: "update",
  segments: [
    { kind: "elision", text: "// ...", at: 1 },
    { kind: "lines", lines: [either("two();", 2), either("new();", 3), either("four();", 4)] },
    { kind: "elision", text: "// ...", at: 5 },
  ],
};
const outcome = merge(source, edit);
if (outcome.kind !== "proved") throw new Error(outcome.message);
const { text, proof } = outcome;

const kept = (result: number): SourceFate => ({ fate: "kept", result, because: "elided" });

/** Every list of the proof with one entry changed, left out, or twice. */
function mutations(): [string, Proof][] {
  const found: [string, Proof][] = [];
  const vary = <K extends "result" | "source" | "edit">(
    key: K,
    others: readonly Proof[K][number][],
  ): void => {
    const list = proof[key] as readonly Proof[K][number][];
    for (let index = 0; index < list.length; index++) {
      found.push([`${key} without ${index}`, { ...proof, [key]: list.toSpliced(index, 1) }]);
      found.push([
        `${key} with ${index} twice`,
        { ...proof, [key]: list.toSpliced(index, 0, list[index]!) },
      ]);
      for (const other of others) {
        if (JSON.stringify(other) === JSON.stringify(list[index])) continue;
        found.push([
          `${key} ${index} = ${JSON.stringify(other)}`,
          { ...proof, [key]: list.with(index, other) },
        ]);
      }
    }
  };
  const origins: ResultOrigin[] = [0, 1, 2].map((edit) => ({ from: "edit", edit }));
  for (let s = 0; s < 5; s++)
    origins.push({ from: "source", source: s }, { from: "source", source: s, edit: 0 });
  vary("result", origins);
  vary("source", [
    ...[0, 1, 2, 3, 4].map(kept),
    { fate: "kept", result: 1, because: "matched" },
    { fate: "kept", result: 0, because: "outside" },
    { fate: "removed", because: "adjacent" },
    { fate: "removed", because: "dropped" },
    { fate: "replaced", because: "whim" },
  ]);
  const fates: EditFate[] = [0, 1, 2, 3, 4].flatMap((n): EditFate[] => [
    { fate: "placed", result: n },
    { fate: "matched", source: n, tier: "exact" },
    { fate: "matched", source: n, tier: "trailing" },
    { fate: "dropped-source", source: n, tier: "exact" },
  ]);
  vary("edit", fates);
  return found;
}

describe("checkProof", () => {
  it("accepts the proof of the merge", () => {
    expect(checkProof(source, edit, text, proof)).toEqual([]);
  });

  it("rejects every mutated proof", () => {
    // A removed line may be called replaced or removed: both are true of a line that new ones stand for.
    const harmless = 'source 2 = {"fate":"removed","because":"adjacent"}';
    const passed = mutations().filter(
      ([name, mutated]) =>
        name !== harmless && checkProof(source, edit, text, mutated).length === 0,
    );
    expect(passed.map(([name]) => name)).toEqual([]);
  });

  it("rejects a text that is not the proof's, and costs that prove nothing", () => {
    expect(checkProof(source, edit, text.replace("one", "0ne"), proof)).not.toEqual([]);
    expect(checkProof(source, edit, text.trimEnd(), proof)).not.toEqual([]);
    expect(checkProof(source, edit, text, { ...proof, cost: -1 })).not.toEqual([]);
    expect(checkProof(source, edit, text, { ...proof, cost: Number.NaN })).not.toEqual([]);
    expect(checkProof(source, edit, text, { ...proof, runnerUp: proof.cost })).not.toEqual([]);
  });

  it("accepts a line merged by words, and rejects one that lost or changed characters", () => {
    const line = (text: string, role: "drop" | "add") => ({ text, role, at: 1 });
    const lines = [line(`It's "so" - yes`, "drop"), line(`It's "so" - no`, "add")];
    const parts: Edit = { ...edit, extent: "parts", segments: [{ kind: "lines", lines }] };
    const file = "top\nIt’s “so” – yes\n";
    const merged = merge(file, parts);
    if (merged.kind !== "proved") throw new Error(merged.message);
    expect(merged.text).toBe("top\nIt’s “so” – no\n");
    const check = (text: string) => checkProof(file, parts, text, merged.proof);
    expect(check(merged.text)).toEqual([]);
    for (const text of [`It's “so” – no`, "It’s “so” - no", "It’s “so” – yes", "It’s «so» – no"])
      expect(check(`top\n${text}\n`)).not.toEqual([]);
    const result: ResultOrigin[] = [
      { from: "source", source: 0 },
      { from: "merged", source: 0, edit: 1 },
    ];
    expect(checkProof(file, parts, merged.text, { ...merged.proof, result })).not.toEqual([]);
  });
});
