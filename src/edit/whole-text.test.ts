import { describe, expect, it } from "vitest";
import { merge } from "../merge/merge.ts";
import { readEdit } from "./read.ts";

function whole(edit: string, source: string, path = "README.md"): string | undefined {
  const outcome = merge(source, readEdit(edit, { path, source, format: "whole" }));
  return outcome.kind === "proved" ? outcome.text : undefined;
}

describe("the whole text, named as such", () => {
  it.each([
    ["a new file", "", "```sh\nnpm ci\n```\n"],
    ["a new file that goes on", "", "```sh\nnpm ci\n```\nmore\n"],
    ["a new file that goes on, without a language", "", "```\nnpm ci\n```\nmore\n"],
    ["a file that begins so", "```sh\nnpm i\n```\n\ntext\n", "```sh\nnpm ci\n```\n\ntext\n"],
    ["nothing of it left", "```sh\nnpm i\n```\n\ntext\n", "```bash\nyarn\n```\n\nother words\n"],
    ["nothing else in it", "```sh\nnpm i\n```\n", "```bash\nyarn\n```\n"],
    ["another beginning", "# Title\n\ntext\n", "```sh\nnpm ci\n```\n\n# Name\n\nwords\n"],
  ])("keeps the fence that a Markdown file begins with: %s", (_, source, edit) => {
    expect(whole(edit, source)).toBe(edit);
  });

  it("is taken out of a fence that says it holds the file", () => {
    expect(whole("```markdown\n# Name\n```\n", "")).toBe("# Name\n");
    expect(whole("```\n# Name\n```\n", "")).toBe("# Name\n");
    expect(whole("```ts\nconst a = 1;\n```\n", "", "a.ts")).toBe("const a = 1;\n");
    expect(whole("```ini\na = 1\n```\n", "", "app.conf")).toBe("a = 1\n");
  });

  it("is refused between fences of which the file has one only", () => {
    const begins = "```\n$ npm ci\nadded 3 packages\n";
    const ends = "$ npm ci\nadded 3 packages\n```\n";
    for (const path of ["log.md", "log.txt", "Log.java"]) {
      const refused = (source: string, changed: string): void =>
        expect(() => whole(`\`\`\`\n${changed}\`\`\`\n`, source, path)).toThrow(
          /they may be of the file, or around it/,
        );
      refused(begins, "$ npm i\nadded 3 packages\n");
      refused(ends, "$ npm i\nadded 4 packages\n");
    }
    expect(whole("```\n$ npm i\nadded 3 packages\n", begins)).toContain("$ npm i\n");
    expect(whole(`\`\`\`\n${ends}\`\`\`\n`, ends.replace("ci", "i"))).toBe(ends);
  });

  it("is taken out of a fence around it, whatever fences it has itself", () => {
    const ends = "# Tool\n\n```sh\nnpm ci\n```\n";
    const begins = "```sh\nnpm ci\n```\n\nThat is all.\n";
    const changes = [
      [ends, ends.replace("Tool", "Kit")],
      [ends, `${ends.replace("ci", "i")}\nDone.\n`],
      [begins, begins.replace("all", "it")],
    ] as const;
    for (const [source, changed] of changes) {
      for (const fence of ["```", "````", "```markdown"]) {
        const close = fence.replace("markdown", "");
        expect(whole(`${fence}\n${changed}${close}\n`, source)).toBe(changed);
      }
      expect(whole(changed, source)).toBe(changed);
    }
  });

  it("keeps its own fences where its first and its last line are of two blocks", () => {
    const source = "```sh\nnpm ci\n```\n\nThat is all.\n";
    for (const last of ["More:\n\n```sh\nls\n```\n", "```sh\nls\n```\n"]) {
      const text = source.replace("That is all.\n", last);
      expect(whole(text, source)).toBe(text);
      expect(whole(source, text)).toBe(source);
    }
  });

  it("is not taken from an empty fence", () => {
    for (const path of ["a.ts", "a.md", "a.yaml"]) {
      expect(() => whole("```\n```\n", "a\nb\n", path)).toThrow(/the code fence is empty/);
    }
    expect(whole("```\n```\n", "```\n", "a.md")).toBe("```\n```\n");
  });

  it("keeps a byte order mark", () => {
    expect(whole("\uFEFFone\ntwo\n", "")).toBe("\uFEFFone\ntwo\n");
    expect(whole("\uFEFFone\ntwo\n", "one\n")).toBe("\uFEFFone\ntwo\n");
    expect(whole("\uFEFFone\ntwo\n", "\uFEFFone\n")).toBe("\uFEFFone\ntwo\n");
    // One of a file that was read with it stays, where the text was written without.
    expect(whole("one\ntwo\n", "\uFEFFone\n")).toBe("\uFEFFone\ntwo\n");
    expect(whole("one\ntwo\n", "one\n")).toBe("one\ntwo\n");
  });
});
