import { describe, expect, it } from "vitest";
import { parts, provedText, text } from "../../test/support/written-edits.ts";
import { merge } from "./merge.ts";

describe("merge of explicit parts", () => {
  const source = text("a = 1", "b = 2", "c = 3", "d = 4", "e = 5", "f = 6");

  it("places parts in any order", () => {
    const edit = parts([" e = 5", "+e2 = 5", " f = 6"], [" a = 1", "-b = 2", "+b = 9"]);
    expect(provedText(source, edit)).toBe(
      text("a = 1", "b = 9", "c = 3", "d = 4", "e = 5", "e2 = 5", "f = 6"),
    );
  });

  it("refuses two parts that claim one line", () => {
    const outcome = merge(source, parts(["-b = 2", "+b = 7"], ["-b = 2", "+b = 8"]));
    expect(outcome).toMatchObject({ kind: "refused", code: "no-match" });
  });

  it("keeps a context line that the edit misquotes or leaves out", () => {
    const file = text("first(one, two);", "second(three);", "third(four);", "fourth(five);");
    const misquoted = parts([" first(one,two)", "-second(three);", "+second(3);", " third(four);"]);
    expect(provedText(file, misquoted)).toBe(file.replace("three", "3"));
    const omitted = parts([" first(one, two);", "-third(four);", "+third(4);", " fourth(five);"]);
    expect(provedText(file, omitted)).toBe(file.replace("four)", "4)"));
  });

  it("re-indents a shifted block", () => {
    const file = text("if (x) {", "    first(one);", "    second(two);", "}");
    const edit = parts([" first(one);", "+between();", " second(two);"]);
    expect(provedText(file, edit)).toBe(file.replace("    second", "    between();\n    second"));
  });

  it("recognises what was applied before", () => {
    const edit = parts([" a = 1", "+a2 = 1", " b = 2"]);
    const once = provedText(source, edit);
    const outcome = merge(once, edit);
    expect(outcome).toMatchObject({ kind: "proved", text: once });
  });

  it("names the missing line and the one most similar to it", () => {
    const outcome = merge(source, parts(["-completely different", "+x = 1"]));
    expect(outcome).toMatchObject({ kind: "refused", code: "no-match" });
    if (outcome.kind === "refused") expect(outcome.message).toContain("completely different");
  });

  it("does not take a blank line or brace as a sign that a part was applied before", () => {
    const file = text("a();", "", "function one() {", "  load(first);", "}");
    for (const added of ["+", "+}"]) {
      const outcome = merge(file, parts(["-  load(second);", "-}", added]));
      expect(outcome.kind).toBe("refused");
    }
  });

  it("does not take a part as applied while a line that it removes is still elsewhere in the file", () => {
    const file = text("// The commands.", "const commands = [", "  apply,", "  batch,", "];");
    const stale = parts(["-// The commands.", "-const oommands = [", "+  batch,"]);
    expect(merge(file, stale).kind).toBe("refused");
    const done = parts(["-const known = [", "+const commands = ["]);
    expect(merge(file, done)).toMatchObject({ kind: "proved", text: file });
  });
});
