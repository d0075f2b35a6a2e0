import { describe, expect, it } from "vitest";
import type { Edit, LineRole, Segment } from "../../core/edit.ts";
import { merge } from "../merge.ts";

const roles: Readonly<Record<string, LineRole>> = { " ": "keep", "-": "drop", "+": "add" };

/** An explicit edit: lines with the sign of a diff before them; an empty line parts its blocks. */
function parts(...lines: readonly string[]): Edit {
  const blocks: string[][] = [[]];
  for (const line of lines) line === "" ? blocks.push([]) : blocks.at(-1)!.push(line);
  let at = 0;
  const segments = blocks.map((block): Segment => {
    const own = block.map((line) => ({ text: line.slice(1), role: roles[line[0]!]!, at: ++at }));
    return { kind: "lines", lines: own };
  });
  return { format: "unified-diff", why: "test", extent: "parts", segments, action: "update" };
}

const file = (...lines: readonly string[]): string => `${lines.join("\n")}\n`;

function refusal(source: string, edit: Edit): string {
  const outcome = merge(source, edit);
  if (outcome.kind === "proved") throw new Error(`applied: ${outcome.text}`);
  return outcome.message;
}

function applied(source: string, edit: Edit): string {
  const outcome = merge(source, edit);
  if (outcome.kind !== "proved") throw new Error(outcome.message);
  return outcome.text;
}

describe("a removed line that the file has in other words", () => {
  const config = file("const config = {", "  timeoutMs: 30000,", "  retries: 3,", "};");

  it("is refused for a number, with the line of the file", () => {
    const edit = parts("   timeoutMs: 60000,".replace(" ", "-"), "+  timeoutMs: 60000, // ms");
    expect(refusal(config, edit)).toContain(
      `Edit line 1 removes "timeoutMs: 60000,", but line 2 of the file says "timeoutMs: 30000,".`,
    );
  });

  it.each([
    ["a name", "total = sum(prices)", "total = sum(price)"],
    ["an operator", "if (size <= limit) {", "if (size < limit) {"],
    ["a version", `  "react": "^18.2.0",`, `  "react": "^18.3.0",`],
    ["a word of prose", "Das Haus ist rot und alt.", "Das Haus ist rot und neu."],
    ["a boolean", "enabled: true", "enabled: false"],
    ["case", "SELECT name FROM users;", "SELECT name FROM Users;"],
    ["a string", `print("done so far")`, `print("done so fast")`],
    ["backslashes", `say("it");`, `say(\\"it\\");`],
  ])("is refused for %s, replaced or only removed", (_, there, said) => {
    const source = file("above();", there, "below();");
    for (const edit of [parts(`-${said}`, `+${said} // x`), parts(" above();", `-${said}`)])
      expect(refusal(source, edit)).toContain(
        `line 2 of the file says ${JSON.stringify(there.trim())}`,
      );
  });

  it("is named with the line in its place, however unlike that is", () => {
    const edit = parts(" const config = {", "-  fast: yes,", "+  fast: no,");
    expect(refusal(config, edit)).toContain(
      `Edit line 2 removes "fast: yes,", but line 2 of the file says "timeoutMs: 30000,".`,
    );
  });
});

describe("a removed line that the file has in another typography", () => {
  it("goes, and what the new line repeats of it keeps the file's characters", () => {
    const source = file("# A", "It’s the user’s “main” list.", "End.");
    const edit = parts(`-It's the user's "main" list.`, `+It's the user's "main" list of items.`);
    expect(applied(source, edit)).toBe(
      file("# A", "It’s the user’s “main” list of items.", "End."),
    );
  });

  it("is preferred at its place to an equal line elsewhere", () => {
    const source = file("a() {", "  return\u00A0x;", "}", "b() {", "  return x;", "}");
    const edit = parts(" a() {", "-  return x;", "+  return y;", " }");
    expect(applied(source, edit)).toBe(source.replace("\u00A0x", "\u00A0y"));
  });

  it("keeps its typography where it moves within the block", () => {
    const source = file("// don’t", "one();", "two();");
    const edit = parts("-// don't", " one();", "+// don't", " two();");
    expect(applied(source, edit)).toBe(file("one();", "// don’t", "two();"));
  });

  it("says in the proof which line it was merged from", () => {
    const outcome = merge("a – b\n", parts("-a - b", "+a - c"));
    expect(outcome.kind === "proved" && outcome.proof.result).toEqual([
      { from: "merged", source: 0, edit: 1 },
    ]);
  });

  it("is refused where the change touches the very characters", () => {
    const message = refusal(file("say “a b”"), parts(`-say "a b"`, `+say "a" or "b"`));
    expect(message).toContain(
      "They differ in quotes, dashes or spaces exactly where the edit changes the line",
    );
  });
});

describe("a misquoted line of context", () => {
  it("stays as the file has it beside lines that tell the place", () => {
    const source = file("open(path, mode);", "read(1);", "close();");
    const edit = parts(" open(path,mod);", "-read(1);", "+read(2);", " close();");
    expect(applied(source, edit)).toBe(source.replace("read(1)", "read(2)"));
  });

  it("tells no place alone", () => {
    const source = file(`endpoint: "https://example.com/v1",`, "}");
    const edit = parts(` endpoint: "https://example.com/v2",`, `+region: "eu",`);
    expect(refusal(source, edit)).toContain("no other line of this block identifies its place");
  });

  it("tells no place between two that are alike", () => {
    const twin = (n: number): string[] => [`case step${n}:`, "  run();", "  break;"];
    const source = file(...twin(1), ...twin(2), "default:");
    const edit = parts(" case step3:", "-  run();", "+  walk();", "   break;");
    expect(merge(source, edit).kind).not.toBe("proved");
  });

  it("is refused with one level of escapes too many, where new lines have such escapes", () => {
    const source = file(`say("hello world");`, "done();");
    const edit = parts(` say(\\"hello world\\");`, `+say(\\"again\\");`, " done();");
    expect(refusal(source, edit)).toContain("the edit has one level of escapes too many");
  });
});

describe("lines of the file between two lines of an edit", () => {
  it("stay where they are few", () => {
    const source = file("alpha();", "beta();", "gamma();", "delta();");
    const edit = parts(" alpha();", "-gamma();", "+other();", " delta();");
    expect(applied(source, edit)).toBe(file("alpha();", "beta();", "other();", "delta();"));
  });

  it("are refused where one is nearly the line that is removed", () => {
    const source = file("head {", "  type: 'time.areas',", "foot,", "  type: 'time.area',", "}");
    const edit = parts(" head {", "-  type: 'time.area',", "+  type: 'time.bar',");
    expect(refusal(source, edit)).toContain(
      `Edit line 2 removes "type: 'time.area',", but line 2 of the file says "type: 'time.areas',".`,
    );
  });

  it("are refused where they are more than the edit quotes beside them", () => {
    const inside = ["one", "two", "three", "four"].map((name) => `  ${name}();`);
    const source = file("first() {", ...inside, "  return last;", "}");
    const edit = parts(" first() {", "-  return last;", "+  return none;");
    expect(refusal(source, edit)).toContain("the file has lines 2 to 5 between them");
  });
});

describe("new lines that stand in the file already", () => {
  it("mean nothing where the old lines stand elsewhere, a little changed", () => {
    const test = (text: string): string[] => ["open(writer);", `expect("${text}", writer);`, "}"];
    const source = file(...test("nulls"), ...test("null"), "last();");
    const edit = parts(
      " open(writer);",
      `-expect("nulle", writer);`,
      `+expect("null", writer);`,
      " }",
      "",
      "-last();",
      "+end();",
    );
    expect(refusal(source, edit)).toContain("Read the file again");
  });
});

describe("a part whose new text is in the file already", () => {
  const source = file("open(one)", "read(two)", "close(three)", "end()");

  it("was applied before if its old text is gone", () => {
    const edit = parts("-open(zero)", "+open(one)", "", "-close(three)", "+close(four)");
    expect(applied(source, edit)).toBe(source.replace("three", "four"));
  });

  it("is stale if its old text is there with a small change", () => {
    const edit = parts("-read(twa)", "+end()", "", "-open(one)", "+open(1)");
    expect(refusal(source, edit)).toMatch(/removes "read\(twa\)"/);
    const long = parts("-open(one)", "-read(twa)", "+end()", "", "-close(three)", "+close(3)");
    expect(refusal(source, long)).toMatch(/twa/);
  });
});
