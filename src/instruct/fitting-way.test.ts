import { describe, expect, it } from "vitest";
import type { TextTarget } from "../core/target.ts";
import { createRedraft } from "../redraft/create-redraft.ts";
import { namedPartsOf } from "../redraft/named-parts.ts";
import { type CascadeOptions, editFiles, type InstructRequest } from "./edit-files.ts";
import type { WayTable } from "./way-table.ts";

/** A model on this machine with so small a context; a token is four characters. */
function local(contextSize: number, answer: string, parameters = 0.5e9): TextTarget {
  return {
    kind: "text",
    name: "scripted",
    local: {
      parameters,
      contextSize,
      trainedContext: 32768,
      count: async (messages) =>
        Math.ceil(messages.reduce((sum, { content }) => sum + content.length, 0) / 4),
      seconds: () => undefined,
    },
    async *complete() {
      yield { text: answer };
      yield { text: "", finish: "stop" };
    },
    async dispose() {},
  };
}

const body = Array.from({ length: 40 }, (_, i) => `x${i} = ${i} + 1\n`).join("");
const file = {
  path: "src/a.py",
  text: `${body}\n\ndef two():\n    return 2\n`,
  exists: true,
};
const part = "```python\ndef two():\n    return 22\n```\n";
const whole = `\`\`\`python\n${file.text.replace("return 2\n", "return 22\n")}\`\`\`\n`;
const tally = (right: number) => ({ cases: 10, right, own: 10 });
/** Sketches were right most often. */
const sketches: WayTable = {
  models: [
    {
      model: "measured",
      parameters: 0.5e9,
      cells: [
        {
          from: 0,
          to: null,
          severalFiles: false,
          named: false,
          ways: { cascade: tally(9), rewrite: tally(1) },
        },
      ],
    },
  ],
};

const edit = (
  large: TextTarget,
  request: Partial<InstructRequest>,
  options: Partial<CascadeOptions> = {},
) =>
  editFiles(
    { files: [file], instruction: "return 22 instead", ...request },
    { large, redraft: createRedraft(), namedPartsOf, ways: { models: [] }, ...options },
  );

describe("a way whose question does not fit into the context", () => {
  it("is left out for the first one that does", async () => {
    const { report, files } = await edit(local(700, whole), {}, { ways: sketches });
    expect(report).toMatchObject({
      via: "rewrite",
      why: "cascade needs more than the context of 700 tokens",
    });
    expect(files[0]!.result.text).toContain("return 22");
  });

  it("gives way to the region that the instruction names, also with a large model", async () => {
    const instruction = "let `two` return 22";
    const { report } = await edit(local(300, part, 32e9), { instruction });
    expect(report).toMatchObject({
      via: "region",
      why: expect.stringContaining("needs more than the context of 300 tokens"),
    });
  });

  it("is never a sketch where a candidate edit is the draft", async () => {
    const long = { ...file, text: body.repeat(12) };
    const large = local(2800, "none", 32e9);
    const request = { files: [{ ...long, expected: `${long.text}end = 1\n` }] };
    const only = { rewriteRefused: false };
    // The rewrite has no room, the sketch has.
    const plain = await edit(large, { files: [long] }, only).catch((error: unknown) => error);
    const drafted = await edit(large, request, only).catch((error: unknown) => error);
    expect(plain).toMatchObject({ code: "unreadable-edit" });
    expect(drafted).toMatchObject({
      code: "usage",
      message: expect.stringContaining("Nothing was asked"),
    });
  });

  it("stays where it was asked for by name, and where no way fits: the message says what is needed", async () => {
    const asked = edit(local(300, part), { via: "rewrite", instruction: "let `two` return 22" });
    await expect(asked).rejects.toThrow(/Nothing was asked\..*--via region/);
    const none = edit(local(60, part), { instruction: "let `two` return 22" });
    await expect(none).rejects.toMatchObject({ code: "usage", message: /holds 60/ });
  });
});
