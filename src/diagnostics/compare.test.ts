import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Diagnostic } from "../core/diagnostic.ts";
import { compareDiagnostics } from "./compare.ts";
import type { EditedText } from "./follow-lines.ts";

const at = (line: number, message: string, file = "/a", column = 1): Diagnostic => ({
  file,
  line,
  column,
  severity: "error",
  message,
});
const text = (...lines: string[]): string => lines.map((line) => `${line}\n`).join("");
const edited = (before: string, after: string, more: Partial<EditedText> = {}): EditedText => ({
  path: "/a",
  newPath: "/a",
  before,
  after,
  ...more,
});

/** A compiler: every line with a bug in it is a message. */
const compile = (source: string): Diagnostic[] =>
  source
    .split("\n")
    .flatMap((line, index) => (line.includes("bug") ? [at(index + 1, `${line} is wrong`)] : []));

describe("messages that an edit brought", () => {
  it("are those whose line was not there, wherever the old ones have moved", () => {
    const before = text("a", "bug 1", "b", "bug 2");
    const after = text("new", "bug 3", "a", "bug 1", "b");
    expect(compareDiagnostics(compile(before), compile(after), [edited(before, after)])).toEqual({
      brought: [at(2, "bug 3 is wrong")],
      went: 1,
      stayed: 1,
    });
  });

  it("are not those of a line that was rewritten and kept its error", () => {
    const edits = [edited(text("a", "x = y", "b"), text("a", "", "x = y + 1", "b"))];
    const old = [at(2, "y is not defined")];
    expect(compareDiagnostics(old, [at(3, "y is not defined", "/a", 5)], edits)).toMatchObject({
      brought: [],
      stayed: 1,
    });
    expect(compareDiagnostics(old, [at(4, "y is not defined")], edits)).toMatchObject({
      went: 1,
      brought: [{ line: 4 }],
    });
  });

  it("are counted one by one where they are the same", () => {
    const before = text("a", "b");
    const after = text("a", "b", "c");
    const twice = [at(1, "odd"), at(1, "odd", "/a", 9)];
    expect(compareDiagnostics([at(1, "odd", "/a", 9)], twice, [edited(before, after)])).toEqual({
      brought: [at(1, "odd")],
      went: 0,
      stayed: 1,
    });
  });

  it("may be in files that were not edited", () => {
    const edits = [edited(text("a"), text("b"))];
    const old = [at(7, "old", "/other")];
    const now = [at(7, "old", "/other"), at(7, "new", "/other")];
    expect(compareDiagnostics(old, now, edits)).toEqual({
      brought: [at(7, "new", "/other")],
      went: 0,
      stayed: 1,
    });
  });

  it("follow a file that moves, and are gone with one that is deleted", () => {
    const move = edited(text("bug"), text("new", "bug"), { newPath: "/b" });
    expect(compareDiagnostics([at(1, "x")], [at(2, "x", "/b")], [move])).toMatchObject({
      brought: [],
      stayed: 1,
    });
    const gone = edited(text("bug"), "", { newPath: null });
    expect(compareDiagnostics([at(1, "x")], [], [gone])).toEqual({
      brought: [],
      went: 1,
      stayed: 0,
    });
  });

  it("know lines that messages name, and the line behind the last one", () => {
    const edits = [edited(text("a", "b"), text("new", "a", "b"))];
    const old = [at(2, "redefinition of 'f' from line 1"), at(3, "'}' expected")];
    const now = [at(3, "redefinition of 'f' from line 2"), at(4, "'}' expected")];
    expect(compareDiagnostics(old, now, edits)).toMatchObject({ brought: [], stayed: 2 });
  });

  it("are exactly the new lines with bugs, whatever is edited", () => {
    const line = fc.tuple(fc.boolean(), fc.constantFrom("keep", "drop", "add"));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 40 }), (lines) => {
        const named = lines.map(([isBug, what], n) => ({
          text: `${isBug ? "bug" : "line"} ${n}`,
          isBug,
          what,
        }));
        const before = named.filter(({ what }) => what !== "add");
        const after = named.filter(({ what }) => what !== "drop");
        const [old, now] = [before, after].map((all) => text(...all.map((one) => one.text)));
        const answer = compareDiagnostics(compile(old!), compile(now!), [edited(old!, now!)]);
        const bugs = (all: typeof named, what: string): string[] =>
          all.filter((one) => one.isBug && one.what === what).map((one) => `${one.text} is wrong`);
        expect(answer.brought.map(({ message }) => message)).toEqual(bugs(after, "add"));
        expect(answer.went).toBe(bugs(before, "drop").length);
        expect(answer.stayed).toBe(bugs(after, "keep").length);
      }),
    );
  });
});
