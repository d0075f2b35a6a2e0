import { describe, expect, it } from "vitest";
import { showEdit } from "../../test/support/show-edit.ts";
import type { Edit } from "../core/edit.ts";
import { readEdit } from "./read.ts";

const source = "import x\n\ndef f():\n    return 1\n";
const after = "import x\n\ndef f():\n    return 2\n";
const shown = ["~lines at 4", "-    return 1", "+    return 2"];

function edit(text: string, from = source, path = "src/a.py"): Edit {
  return readEdit(text, { path, source: from });
}

describe("whole files", () => {
  for (const [name, text] of Object.entries({
    bare: after,
    "bare without its final newline": after.trimEnd(),
    fenced: `\`\`\`python\n${after}\`\`\`\n`,
    "fenced with tildes": `~~~\n${after}~~~\n`,
    "fenced with a path before": `src/a.py\n\`\`\`python\n${after}\`\`\`\n`,
    "fenced with a path in the fence": `\`\`\`python:src/a.py\n${after}\`\`\`\n`,
    "fenced with prose around": `Here is the new file:\n\n\`\`\`python\n${after}\`\`\`\n\nIt returns two now.\n`,
    "with a path comment before": `# src/a.py\n${after}`,
    "with a byte order mark": `\uFEFF${after}`,
  })) {
    it(`reads one ${name}`, () => {
      const read = edit(text);
      expect(read.format).toBe("whole");
      expect(showEdit(read)).toEqual(shown);
      expect(read.finalNewline).toBeUndefined();
    });
  }

  it("leaves a fence alone that is the file's own", () => {
    const readme = "```sh\nrun\n```\n\ntext\n\n```sh\nstop\n```\n";
    expect(showEdit(edit(readme.replace("text", "words"), readme, "README.md"))).toEqual([
      "~lines at 5",
      "-text",
      "+words",
    ]);
    const wrapped = `\`\`\`markdown\n${readme.replace("text", "words")}\`\`\`\n`;
    expect(showEdit(edit(wrapped, readme, "README.md"))).toEqual([
      "~lines at 5",
      "-text",
      "+words",
    ]);
  });

  it("takes prose and a fence off a text that may hold both, where all of the file is inside", () => {
    const notes = "# Notes\n\nfirst\n\nsecond\n";
    const inside = notes.replace("second", "2nd");
    const chat = `Update \`notes.md\`:\n\n\`\`\`markdown\n${inside}\`\`\`\n\nThat is it.\n`;
    expect(showEdit(edit(chat, notes, "notes.md"))).toEqual(["~lines at 5", "-second", "+2nd"]);
    const code = `# Notes\n\nfirst\n\n\`\`\`sh\nsecond\n\`\`\`\n`;
    expect(edit(code, notes, "notes.md").segments).toMatchObject([
      { lines: [{ text: "```sh" }] },
      { lines: [{ text: "```" }] },
    ]);
  });

  it("takes an odd fence line inside for text", () => {
    const text = `\`\`\`python\n${after}"""\n\`\`\`\n"""\n\`\`\`\n`;
    expect(showEdit(edit(text))).toEqual([...shown, '+"""', "+```", '+"""']);
  });

  it("refuses a text that was cut off, and several blocks", () => {
    expect(() => edit(`\`\`\`python\n${after}`)).toThrow(/never closed: the text is cut off/);
    expect(() => edit(`\`\`\`python\n${after}\`\`\`\nor\n\`\`\`python\n${after}\`\`\`\n`)).toThrow(
      /several code blocks/,
    );
  });

  it("says whether the text shows its own end", () => {
    expect(edit(after)).toMatchObject({ ended: true });
    expect(edit(`\`\`\`python\n${after}\`\`\``)).toMatchObject({ ended: true });
    expect(edit(after.trimEnd())).toMatchObject({ ended: false });
  });

  it("refuses the text of another file", () => {
    expect(() => edit(`src/b.py\n\`\`\`python\n${after}\`\`\`\n`)).toThrow(
      "for src/b.py, not for src/a.py",
    );
  });

  it("creates where there is no file", () => {
    expect(edit("a\n", "")).toMatchObject({
      action: "create",
      segments: [{ lines: [{ text: "a" }] }],
    });
  });

  it("is told from a part of the file and from text that belongs nowhere", () => {
    const long = Array.from({ length: 40 }, (_, index) => `line ${index}`).join("\n");
    expect(edit("line 3\nnew\nline 4\n", long)).toMatchObject({
      format: "lazy",
      why: "it holds 2 of the 40 lines that the file has once, and no marker: a part of the file",
    });
    expect(() => edit("nothing\nof this\n", long)).toThrow(
      /no markers, and none of its lines identifies a place/,
    );
  });

  it("finds the difference of large files quickly", () => {
    const lines = Array.from({ length: 50_000 }, (_, index) => `line ${index % 900} of ${index}`);
    const changed = lines.filter((_, index) => index % 1_000 !== 500);
    const read = edit(changed.join("\n"), lines.join("\n"));
    expect(read.segments).toHaveLength(50);
  });
});
