import { describe, expect, it } from "vitest";
import { parseApplyPrompt } from "./apply-prompt.ts";

describe("parseApplyPrompt", () => {
  it("reads the hosted form, with and without an instruction", () => {
    const prompt =
      "<instruction>I rename it</instruction>\n<code>a\nb\n</code>\n<update>a\nc\n</update>";
    expect(parseApplyPrompt(prompt)).toEqual({
      instruction: "I rename it",
      code: "a\nb\n",
      update: "a\nc\n",
      tagged: false,
    });
    expect(parseApplyPrompt("<code>a</code><update>b</update>")).toEqual({
      code: "a",
      update: "b",
      tagged: false,
    });
  });

  it("takes line ends around tags that stand on lines of their own for the template's", () => {
    const prompt = "<code>\na\nb\n\n</code>\n<update>\nb\n</update>\n";
    expect(parseApplyPrompt(prompt)).toMatchObject({ code: "a\nb\n", update: "b" });
    const tight = "<code>\na\n</code>\n<update>b</update>";
    expect(parseApplyPrompt(tight)).toMatchObject({ code: "\na\n", update: "b" });
  });

  it("reads a template that speaks of the tags before it uses them", () => {
    const prompt = `Merge all changes from the <update> snippet into the <code> below.
- Output only the updated code, enclosed within <updated-code> and </updated-code> tags.

<code>x</code>

<update>y</update>

Provide the complete updated code.`;
    expect(parseApplyPrompt(prompt)).toEqual({ code: "x", update: "y", tagged: true });
  });

  it("leaves tags inside the texts alone", () => {
    const code = "const html = '<code>1</code>';\n// </update>\n";
    const prompt = `<code>${code}</code>\n<update><code>2</code></update>`;
    expect(parseApplyPrompt(prompt)).toMatchObject({ code, update: "<code>2</code>" });
  });

  it("refuses to guess between two dividers and ignores other prompts", () => {
    const prompt = "<code>a</code><update>b</code><update>c</update>";
    expect(() => parseApplyPrompt(prompt)).toThrow(/more than once/);
    expect(parseApplyPrompt("Write a haiku about <code>.")).toBeUndefined();
    expect(parseApplyPrompt("<code>a</code>")).toBeUndefined();
  });

  it("says what is missing in a prompt that only begins like one", () => {
    const head = "<instruction>I add b.</instruction>\n<code>a</code>";
    expect(() => parseApplyPrompt(head)).toThrow(/<update>/);
    expect(() => parseApplyPrompt(`${head}<update>b`)).toThrow(/closed/);
  });
});
