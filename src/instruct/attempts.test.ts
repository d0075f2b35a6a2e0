import { describe, expect, it } from "vitest";
import { attemptNote, longestNote } from "./attempts.ts";

describe("attemptNote", () => {
  it("has the diff and the problem", () => {
    const note = attemptNote({ patch: "-a\n+b\n", problem: "b is not defined" });
    expect(note).toContain("-a\n+b\n\nWhat was wrong");
    expect(note).toContain("b is not defined");
  });

  it("keeps the beginning of a long diff and the end of a long problem", () => {
    const patch = `first\n${"+line\n".repeat(5000)}`;
    const note = attemptNote({ patch, problem: `${"noise\n".repeat(5000)}the last line` });
    expect(note.length).toBeLessThan(longestNote);
    expect(note).toContain("first\n");
    expect(note).toContain("[cut off]");
    expect(note).toContain("the last line");
  });
});
