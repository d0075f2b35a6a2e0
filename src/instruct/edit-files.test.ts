import { describe, expect, it } from "vitest";
import { RedraftError } from "../core/errors.ts";
import type { TextTarget } from "../core/target.ts";
import { createRedraft } from "../redraft/create-redraft.ts";
import { namedPartsOf } from "../redraft/named-parts.ts";
import { editFiles, type InstructEvent, type InstructRequest } from "./edit-files.ts";

interface Asked {
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly prediction: string | undefined;
  readonly candidates: readonly string[] | undefined;
}

/** A large model that gives these answers, one after another. */
function scripted(...answers: string[]): TextTarget & { readonly asked: Asked[] } {
  const asked: Asked[] = [];
  return {
    kind: "text",
    name: "scripted",
    asked,
    async *complete(messages, { prediction, candidates }) {
      asked.push({ messages, prediction, candidates });
      const text = answers[asked.length - 1];
      if (text === undefined) throw new Error("no further answer");
      for (const piece of text.match(/[\s\S]{1,7}/g) ?? []) yield { text: piece };
      const usage = { promptTokens: 100, completionTokens: text.length };
      yield { text: "", finish: "stop", usage };
    },
    async dispose() {},
  };
}

const source = `import os


def first():
    return 1


def second():
    return 2


def third():
    return 3
`;
const file = { path: "src/a.py", text: source, exists: true };
const other = { path: "src/b.py", text: "x = 1\ny = 2\nz = 3\n", exists: true };

const block = (path: string, edit: string): string =>
  `<edit_file>\n<target_file>${path}</target_file>\n<instructions>I change it.</instructions>\n<code_edit>\n${edit}\n</code_edit>\n</edit_file>`;

const goodSketch = `# ... existing code ...
def second():
    return 22


def third():
# ... existing code ...`;

const run = (large: TextTarget, more: Partial<InstructRequest> = {}) =>
  editFiles(
    { files: [file], instruction: "make second return 22", via: "cascade", ...more },
    { large, redraft: createRedraft() },
  );

const expected = source.replace("return 2\n", "return 22\n");

describe("editFiles by sketch", () => {
  it("applies the sketch of the large model, and says what it took and what rewriting would have", async () => {
    const large = scripted(`Sure.\n${block("src/a.py", goodSketch)}`);
    const { files, report } = await run(large);
    expect(files.map(({ path, via, result }) => [path, via, result.text, result.route])).toEqual([
      ["src/a.py", "cascade", expected, "merge"],
    ]);
    expect(large.asked[0]!.messages[0]!.content).toContain("# ... existing code ...");
    expect(large.asked[0]!.messages[1]!.content).toContain(source);
    expect(report).toMatchObject({
      via: "cascade",
      why: "asked for",
      large: { requests: 1, promptTokens: 100, counted: true },
      small: { tokens: 0 },
      other: { via: "rewrite" },
    });
    expect(report.other.outputTokens).toBeGreaterThan(20);
  });

  it("sends a refusal back once, with the message", async () => {
    const large = scripted(
      block(
        "src/a.py",
        "<<<<<<< SEARCH\ndef nowhere():\n=======\ndef somewhere():\n>>>>>>> REPLACE",
      ),
      block("src/a.py", goodSketch),
    );
    const { files } = await run(large);
    expect(files[0]).toMatchObject({ via: "cascade-again", result: { text: expected } });
    const said = large.asked[1]!.messages;
    expect(said.map(({ role }) => role)).toEqual(["system", "user", "assistant", "user"]);
    expect(said[3]!.content).toContain("src/a.py was refused");
  });

  it("then has the file rewritten, with the source as prediction", async () => {
    const large = scripted(
      "I cannot do that.",
      "I still cannot.",
      `<updated_file path="src/a.py">\n${expected}</updated_file>`,
    );
    const { files, report } = await run(large);
    expect(files[0]).toMatchObject({
      via: "rewrite",
      result: { text: expected, route: "rewrite" },
    });
    expect(large.asked[2]!.prediction).toContain(source);
    expect(report.large.requests).toBe(3);
  });

  it("refuses all when one file stays refused", async () => {
    const large = scripted(
      `${block("src/a.py", goodSketch)}\n${block("src/nowhere.py", "x")}`,
      block("src/nowhere.py", "x"),
      `<updated_file path="src/nowhere.py">\nx\n</updated_file>`,
    );
    await expect(run(large, { files: [file, other] })).rejects.toMatchObject({ code: "no-match" });
  });

  it("edits several files at one request, and leaves the others out", async () => {
    const sketch = "x = 1\ny = 20\nz = 3";
    const large = scripted(`${block("a.py", goodSketch)}\n\n${block("./src/b.py", sketch)}`);
    const third = { path: "src/c.py", text: "untouched = 1\n", exists: true };
    const { files } = await run(large, { files: [file, other, third] });
    expect(files.map(({ path }) => path)).toEqual(["src/a.py", "src/b.py"]);
    expect(files[1]!.result.text).toBe("x = 1\ny = 20\nz = 3\n");
    expect(large.asked).toHaveLength(1);
  });

  it("takes a check that fails for a refusal", async () => {
    const large = scripted(
      block("src/a.py", goodSketch),
      block("src/a.py", goodSketch.replace("22", "23")),
    );
    const checked: string[] = [];
    const result = await editFiles(
      { files: [file], instruction: "go", via: "cascade" },
      {
        large,
        redraft: createRedraft(),
        check: async (_path, _source, text) => {
          checked.push(text);
          const ok = text.includes("23");
          return [{ name: "own", ok, ...(ok ? {} : { message: "must be 23" }) }];
        },
      },
    );
    expect(checked).toHaveLength(2);
    expect(large.asked[1]!.messages.at(-1)!.content).toContain("must be 23");
    expect(result.files[0]!.result.checks).toContainEqual({ name: "own", ok: true });
  });

  it("makes a new file whole", async () => {
    const large = scripted(block("new.py", "print('hello')"));
    const { files } = await run(large, { files: [{ path: "new.py", text: "", exists: false }] });
    expect(files[0]!.result).toMatchObject({ text: "print('hello')\n", action: "create" });
  });

  it("passes on that the model failed, and does not ask again for that", async () => {
    const failing: TextTarget = {
      ...scripted(),
      // biome-ignore lint/correctness/useYield: it fails before the first text
      async *complete() {
        throw new RedraftError("model-unavailable", "down", { retryable: true });
      },
    };
    await expect(run(failing)).rejects.toMatchObject({ code: "model-unavailable" });
  });

  it("calls an answer at the limit of tokens cut off", async () => {
    const large = scripted("");
    large.complete = async function* () {
      yield { text: "<edit_file>" };
      yield { text: "", finish: "length" as const };
    };
    await expect(run(large)).rejects.toMatchObject({ code: "engine-failed" });
  });

  it("says so when nothing changes", async () => {
    await expect(run(scripted(block("src/a.py", source.trimEnd())))).rejects.toMatchObject({
      code: "no-match",
    });
  });
});

describe("editFiles, the way", () => {
  it("rewrites a file whose sketch fits two places, with the merge's first candidate as prediction", async () => {
    const twice = { path: "a.txt", text: "a\nx\nb\nx\nc\n", exists: true };
    const sketch = "... existing code ...\nx\nnew\n... existing code ...";
    const wanted = "a\nx\nb\nx\nnew\nc\n";
    const large = scripted(
      block("a.txt", sketch),
      block("a.txt", sketch),
      `<updated_file path="a.txt">\n${wanted}</updated_file>`,
    );
    const { files } = await run(large, { files: [twice], via: "cascade" });
    expect(files[0]!.result.text).toBe(wanted);
    const last = large.asked.at(-1)!;
    expect(last.prediction).toContain("x\nb\nx\nc");
    expect(last.candidates).toHaveLength(1);
    expect(last.candidates![0]).toMatch(/x\nnew\n/);
  });

  it("rewrites a short file and sketches a long one", async () => {
    const short = { path: "s.py", text: "a = 1\n", exists: true };
    const rewritten = scripted(`<updated_file path="s.py">\na = 2\n</updated_file>`);
    const first = await run(rewritten, { files: [short], via: "auto" });
    expect(first.report).toMatchObject({ via: "rewrite", other: { via: "cascade" } });
    expect(first.files[0]!.result.text).toBe("a = 2\n");

    const lines = Array.from({ length: 900 }, (_, i) => `value_${i} = compute(${i}, ${i * 7})\n`);
    const long = { path: "l.py", text: lines.join(""), exists: true };
    const sketch = `# ... existing code ...\nvalue_400 = compute(400, 2800)\nvalue_401 = other()\nvalue_402 = compute(402, 2814)\n# ... existing code ...`;
    const second = await run(scripted(block("l.py", sketch)), { files: [long], via: "auto" });
    expect(second.report.via).toBe("cascade");
    expect(second.report.other.cost).toBeGreaterThan(second.report.cost);
  });

  it("prefers rewriting where predicted tokens are fast", async () => {
    const lines = Array.from({ length: 300 }, (_, i) => `value_${i} = compute(${i}, ${i * 7})\n`);
    const long = { path: "l.py", text: lines.join(""), exists: true };
    const edited = lines.join("").replace("compute(7, 49)", "other()");
    const large = scripted(`<updated_file path="l.py">\n${edited}</updated_file>`);
    const { report } = await editFiles(
      { files: [long], instruction: "go" },
      {
        large,
        redraft: createRedraft(),
        costs: { large: { outputSpeed: 50, predictedSpeed: 5000, promptSpeed: 10_000 } },
      },
    );
    expect(report).toMatchObject({ via: "rewrite", unit: "seconds" });
  });
});

describe("a candidate edit as the draft", () => {
  const candidate = { ...file, expected };
  const whole = `<updated_file path="src/a.py">\n${source.replace("return 3", "return 33")}</updated_file>`;

  it("is the prediction of the answer, which alone counts", async () => {
    const large = scripted(whole);
    const { files } = await run(large, { files: [candidate], via: "rewrite" });
    expect(large.asked[0]!.prediction).toContain("return 22");
    expect(JSON.stringify(large.asked[0]!.messages)).not.toContain("    return 22");
    expect(files[0]!.result.text).toBe(source.replace("return 3", "return 33"));
  });

  it("is the prediction of a part, where it changes nothing else", async () => {
    const part = "```py\ndef second():\n    return 22\n```\n";
    const predictionOf = async (text: string) => {
      const large = scripted(part);
      const files = [{ ...file, expected: text }];
      const request = { files, instruction: "return 22 in `second`", via: "region" } as const;
      await editFiles(request, { large, redraft: createRedraft(), namedPartsOf });
      return large.asked[0]!.prediction;
    };
    expect(await predictionOf(expected)).toBe("```py\ndef second():\n    return 22\n```");
    expect(await predictionOf(expected.replace("return 3", "return 33"))).toContain("return 2\n");
  });

  it("makes whole files of sketches, and refuses where sketches are asked for", async () => {
    const large = scripted(whole);
    // A long file, which would be sketched.
    const text = `${source}${"# line\n".repeat(900)}`;
    const files = [{ ...file, text, expected: text }];
    const answer = scripted(
      `<updated_file path="src/a.py">\n${text.replace("return 3", "return 33")}</updated_file>`,
    );
    const { report } = await run(answer, { files, via: "auto" });
    expect(report).toMatchObject({ via: "rewrite", why: expect.stringContaining("candidate") });
    await expect(run(large, { files: [candidate], via: "cascade" })).rejects.toThrow(
      /--via cascade/u,
    );
  });
});

describe("editFiles by region", () => {
  const local = (
    large: TextTarget,
    facts: Partial<NonNullable<TextTarget["local"]>> = {},
  ): TextTarget => ({
    ...large,
    local: {
      parameters: 0.5e9,
      contextSize: 4096,
      trainedContext: 8192,
      count: async (messages) =>
        messages.reduce((sum, { content }) => sum + Math.ceil(content.length / 4), 0),
      seconds: () => 3,
      ...facts,
    },
  });
  const method =
    "class Store {\n\t// Reads.\n\tget(key) {\n\t\treturn this.map.get(key);\n\t}\n\n\tput() {\n\t\treturn 1;\n\t}\n}";
  const store = { path: "store.js", text: method.replaceAll("\n", "\r\n"), exists: true };
  const newGet =
    "// Reads.\nget(key) {\n\tif (!key) return null;\n\treturn this.map.get(key);\n}\n";
  const ask = (
    large: TextTarget,
    more: Partial<InstructRequest> = {},
    onEvent?: (event: InstructEvent) => void,
  ) =>
    editFiles(
      { files: [store], instruction: "let `get` return null for an empty key", ...more },
      { large, redraft: createRedraft(), namedPartsOf, ways: { models: [] } },
      onEvent && { onEvent },
    );

  it("has a small local model write the named part alone; indentation and line ends stay the file's", async () => {
    const large = scripted(`Here it is:\n\`\`\`js\n${newGet}\`\`\`\nDone.`);
    const events: InstructEvent[] = [];
    const { files, report } = await ask(local(large), {}, (event) => events.push(event));
    expect(files[0]).toMatchObject({ via: "region", result: { route: "rewrite" } });
    expect(files[0]!.result.text).toBe(
      store.text.replace(
        "\t\treturn this.map",
        "\t\tif (!key) return null;\r\n\t\treturn this.map",
      ),
    );
    expect(report).toMatchObject({ via: "region", other: { via: "rewrite" } });
    const shown = large.asked[0]!.messages[1]!.content;
    expect(shown).toContain("```js\n// Reads.\nget(key) {\n\treturn");
    expect(shown).not.toContain("put()");
    expect(large.asked[0]!.prediction).toMatch(/^```js\n\/\/ Reads\.\nget\(key\) \{/);
    expect(events[0]).toMatchObject({ type: "asked", via: "region", lines: [2, 5], seconds: 3 });
    expect(events.at(-1)).toMatchObject({ type: "edited", file: { path: "store.js" } });
  });

  it("is taken by itself for small local models only", async () => {
    const written = `<updated_file path="store.js">\n${method.replace("get(key);", "get(key) ?? null;")}\n</updated_file>`;
    const server = scripted(written);
    expect((await ask(server)).report.via).not.toBe("region");
    const large = scripted(written);
    expect((await ask(local(large, { parameters: 7e9 }))).report.via).not.toBe("region");
    const unnamed = scripted(
      `<updated_file path="store.js">\n${method.replace("return 1", "return 2")}\n</updated_file>`,
    );
    const { report } = await ask(local(unnamed), { instruction: "return two where it is one" });
    expect(report).toMatchObject({ via: "rewrite", why: expect.stringContaining("small model") });
  });

  it.each([
    ["another part", "```js\nput() {\n\treturn 2;\n}\n```", /does not contain get/],
    [
      "more than the part",
      `\`\`\`js\n${newGet}\nput() {\n\treturn 2;\n}\n\`\`\``,
      /contains put too/,
    ],
    ["no code", "I cannot.", /no code block with get/],
    ["a part that is cut off", `\`\`\`js\n${newGet.slice(0, 40)}`, /cut off/],
  ])(
    "refuses %s, and rewrites the file unless the region was asked for",
    async (_, answer, message) => {
      await expect(ask(local(scripted(answer)), { via: "region" })).rejects.toThrow(message);
      const whole = `<updated_file path="store.js">\n${method.replace("return 1", "return 2")}\n</updated_file>`;
      const { report, files } = await ask(local(scripted(answer, whole)));
      expect(report.via).toBe("rewrite");
      expect(report.why).toContain("the part was refused");
      expect(files[0]!.via).toBe("rewrite");
    },
  );

  it("says that no declaration is named, and takes the symbol that is", async () => {
    const words = { via: "region", instruction: "return null" } as const;
    await expect(ask(local(scripted()), words)).rejects.toMatchObject({
      code: "usage",
      message: expect.stringContaining("--symbol"),
    });
    const large = scripted(`\`\`\`js\n${newGet}\`\`\``);
    const { files } = await ask(large, { ...words, symbol: "Store.get" });
    expect(files[0]!.via).toBe("region");
  });

  it("refuses before it asks what the context has no room for, and stops what runs away", async () => {
    const small = scripted();
    await expect(ask(local(small, { contextSize: 150 }), { via: "rewrite" })).rejects.toMatchObject(
      {
        code: "usage",
        message: expect.stringMatching(
          /context of scripted holds 150\. Nothing was asked.*--via region.*--context \d+/,
        ),
      },
    );
    expect(small.asked).toEqual([]);

    const limits: (number | undefined)[] = [];
    const endless: TextTarget = {
      kind: "text",
      name: "endless",
      async *complete(_messages, { maxTokens }) {
        limits.push(maxTokens);
        yield { text: "again and again ", finish: "length" };
      },
      async dispose() {},
    };
    await expect(ask(local(endless), { via: "rewrite" })).rejects.toThrow(
      /most likely it repeats itself/,
    );
    await expect(ask(endless, { via: "rewrite" })).rejects.toThrow(/reached its limit of tokens/);
    expect(limits[0]).toBeLessThan(1000);
    expect(limits[1]).toBeUndefined();
  });
});
