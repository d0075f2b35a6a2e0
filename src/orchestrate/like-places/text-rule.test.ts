import { expect, it } from "vitest";
import { readLexemes } from "./lexemes.ts";
import { changesAt, textMatches } from "./text-match.ts";
import { isTellingText, patternOf, singleChanges, textRulesOf } from "./text-rule.ts";

const before = "set(a, old, 1);\nother;\nset(b, old, 1);\n";
const after = before.replaceAll("old", "next");

it("takes what two hunks share as what is around, and leaves the rest out", () => {
  const [one, ...others] = textRulesOf([{ path: "a.ts", before, after }]);
  expect(others).toEqual([]);
  // `,` is shared on the left, `a` and `b` are not; `, 1 ) ;` on the right.
  expect(one).toMatchObject({ left: 1, right: 4 });
  const [alone] = textRulesOf([{ path: "a.ts", before, after: before.replace("old", "next") }]);
  expect(alone!.left).toBeGreaterThan(1);
});

it("leaves open what two hunks do not share between their changes", () => {
  const old = "f(1, aa, 2);\nx;\nf(1, bb, 2);\n";
  const [rule] = textRulesOf([
    { path: "a.ts", before: old, after: old.replaceAll("1", "3").replaceAll("2", "4") },
  ]);
  const pattern = patternOf(rule!, 0, 0, "nothing");
  expect(pattern.items).toEqual(["1", ",", null, ",", "2"]);
  const there = readLexemes("g(1,  cc, 2)");
  const [match] = textMatches(pattern, there);
  const made = changesAt(rule!, pattern, match!, there)!;
  expect(made.map(({ text }) => text)).toEqual(["3", " 4"]);
});

it("needs words that mark a place", () => {
  const [rule] = textRulesOf([{ path: "a.ts", before: "a + b;\n", after: "a - b;\n" }]);
  expect(isTellingText(rule!, patternOf(rule!, 1, 1, "nothing"), 6)).toBe(false);
  const [word] = textRulesOf([{ path: "a.ts", before: "a + old;\n", after: "a + next;\n" }]);
  expect(isTellingText(word!, patternOf(word!, 0, 0, "nothing"), 6)).toBe(true);
});

it("finds nothing where an insertion is there already, on either side", () => {
  const [rule] = textRulesOf([{ path: "a.ts", before: "call(x);\n", after: "call(await x);\n" }]);
  for (const [left, right] of [
    [2, 0],
    [0, 2],
    [2, 2],
  ] as const) {
    const pattern = patternOf(rule!, left, right, "nothing");
    const done = readLexemes("call(await x);");
    const made = textMatches(pattern, done).map((one) => changesAt(rule!, pattern, one, done));
    expect(made.every((one) => one === undefined)).toBe(true);
    expect(textMatches(pattern, readLexemes("call(x);"))).toHaveLength(1);
  }
});

it("keeps the layout of a place, and blanks between words", () => {
  const [rule] = textRulesOf([{ path: "a.py", before: "async def f():\n", after: "def f():\n" }]);
  const pattern = patternOf(rule!, 0, 1, "nothing");
  const there = readLexemes("if 1:\n    async  def g(): pass\n");
  const [match] = textMatches(pattern, there);
  const [made] = changesAt(rule!, pattern, match!, there)!;
  expect(made!.text).toBe("\n    ");
});

it("takes changes of one hunk apart", () => {
  const [rule] = textRulesOf([
    { path: "a.ts", before: "one two three\n", after: "ONE two THREE\n" },
  ]);
  expect(singleChanges(rule!).map(({ changes }) => changes.length)).toEqual([1, 1]);
});
