import { describe, expect, it } from "vitest";
import type { TextTarget } from "../core/target.ts";
import { createRedraft } from "../redraft/create-redraft.ts";
import { namedPartsOf } from "../redraft/named-parts.ts";
import { type CascadeOptions, editFiles, type InstructRequest } from "./edit-files.ts";
import type { PromptMessage } from "./prompt.ts";
import { type WayTable, type WayTally, wayByTable, wayTable } from "./way-table.ts";

interface Asked {
  readonly messages: readonly PromptMessage[];
  readonly prediction: string | undefined;
}

/** A model of half a billion weights on this machine that gives these answers. */
function small(...answers: string[]): TextTarget & { readonly asked: Asked[] } {
  const asked: Asked[] = [];
  return {
    kind: "text",
    name: "scripted",
    asked,
    local: {
      parameters: 0.5e9,
      contextSize: 8192,
      trainedContext: 8192,
      count: async () => 100,
      seconds: () => 3,
    },
    async *complete(messages, { prediction }) {
      asked.push({ messages, prediction });
      const text = answers[asked.length - 1];
      if (text === undefined) throw new Error("no further answer");
      yield { text };
      yield { text: "", finish: "stop" };
    },
    async dispose() {},
  };
}

const a = {
  path: "src/a.py",
  text: "def one():\n    return 1\n\n\ndef two():\n    return 2\n",
  exists: true,
};
const b = { path: "src/b.py", text: "from a import two\n\nprint(two())\n", exists: true };

const block = (search: string, replace: string): string =>
  `<<<<<<< SEARCH\n${search}\n=======\n${replace}\n>>>>>>> REPLACE\n`;

const run = (
  large: TextTarget,
  request: Partial<InstructRequest> = {},
  options: Partial<CascadeOptions> = {},
) =>
  editFiles(
    { files: [a], instruction: "return 22 instead", via: "search-replace", ...request },
    { large, redraft: createRedraft(), namedPartsOf, ways: { models: [] }, ...options },
  );

const edited = a.text.replace("return 2\n", "return 22\n");

describe("editFiles by search/replace blocks", () => {
  it("applies the blocks of each file, after a worked example", async () => {
    const large = small(
      `src/a.py\n${block("    return 2", "    return 22")}\n\`\`\`src/b.py\n${block("print(two())", "print(two() + 1)")}\`\`\`\n`,
    );
    const { files, report } = await run(large, { files: [a, b] });
    expect(files.map(({ path, via, result }) => [path, via, result.text])).toEqual([
      ["src/a.py", "search-replace", edited],
      ["src/b.py", "search-replace", b.text.replace("two())", "two() + 1)")],
    ]);
    expect(files[0]!.sketch).toContain("    return 22");
    expect(report).toMatchObject({ via: "search-replace", large: { requests: 1 } });
    const { messages } = large.asked[0]!;
    expect(messages.map(({ role }) => role)).toEqual(["system", "user", "assistant", "user"]);
    expect(messages[2]!.content).toContain("<<<<<<< SEARCH");
    const plain = small(`src/a.py\n${block("    return 2", "    return 22")}`);
    await run(plain, {}, { example: false });
    expect(plain.asked[0]!.messages).toHaveLength(2);
  });

  it("sends refused blocks back once, and then rewrites", async () => {
    const bad = `src/a.py\n${block("    return 3", "    return 22")}`;
    const again = small(bad, `src/a.py\n${block("    return 2", "    return 22")}`);
    const { files } = await run(again);
    expect(files[0]).toMatchObject({ via: "search-replace-again", result: { text: edited } });
    expect(again.asked[1]!.messages.at(-1)!.content).toContain(
      "Send all blocks of each refused file",
    );

    const rewritten = small(bad, "I cannot.", `\`\`\`py\n${edited}\`\`\``);
    expect((await run(rewritten)).files[0]).toMatchObject({ via: "rewrite" });
    const once = small(bad);
    await expect(run(once, {}, { retries: 0, rewriteRefused: false })).rejects.toMatchObject({
      code: "no-match",
    });
    expect(once.asked).toHaveLength(1);
  });

  it("refuses a file that is none of the request's, an answer without blocks, and a block that is cut off", async () => {
    const options = { retries: 0, rewriteRefused: false };
    const of = (answer: string) => run(small(answer), { files: [a, b] }, options);
    await expect(of(`src/c.py\n${block("x", "y")}`)).rejects.toMatchObject({ code: "no-match" });
    await expect(of("Nothing to do.")).rejects.toThrow("no search/replace block");
    await expect(of("src/a.py\n<<<<<<< SEARCH\n    return 2\n")).rejects.toThrow(
      "has no ======= line",
    );
    await expect(
      of("src/a.py\n<<<<<<< SEARCH\n    return 2\n=======\n    return 22\n"),
    ).rejects.toThrow("has no >>>>>>> REPLACE line");
  });

  it("makes a file that does not exist from an empty search, and never from the markers", async () => {
    const made = { path: "src/new.py", text: "", exists: false };
    const { files } = await run(small(`src/new.py\n${block("", "x = 1")}`), { files: [made] });
    expect(files[0]!.result.text).toBe("x = 1\n");
  });
});

describe("editFiles by rewriting with a small model", () => {
  const rewrite = { via: "rewrite" } as const;

  it("asks for each file by itself, in a code block that is predicted", async () => {
    const large = small(
      `Here:\n\`\`\`py\n${edited}\`\`\`\nDone.`,
      `<updated_file path="src/b.py">\n${b.text}</updated_file>`,
    );
    const { files, report } = await run(large, { ...rewrite, files: [a, b] });
    expect(files.map(({ path, via }) => [path, via])).toEqual([["src/a.py", "rewrite"]]);
    expect(files[0]!.result.text).toBe(edited);
    expect(report.large.requests).toBe(2);
    expect(large.asked[0]!.prediction).toBe(`\`\`\`py\n${a.text}\`\`\``);
    expect(large.asked[0]!.messages[1]!.content).toContain("The change concerns src/b.py, too.");
    expect(large.asked[0]!.messages[1]!.content).not.toContain("print(two())");
  });

  it("refuses a part of the file as the whole", async () => {
    const part = "```py\ndef two():\n    return 22\n```";
    await expect(run(small(part), rewrite)).rejects.toThrow(
      "the answer leaves out one, which src/a.py has",
    );
    const meant = small("```py\ndef two():\n    return 2\n```");
    const { files } = await run(meant, { ...rewrite, instruction: "remove the first function" });
    expect(files[0]!.result.text).toBe("def two():\n    return 2\n");
    const named = small("```py\ndef two():\n    return 2\n```");
    await expect(
      run(named, { ...rewrite, instruction: "there shall be no `one`" }),
    ).resolves.toBeDefined();
  });

  it("keeps to tags for files with fences, and where it is told to", async () => {
    const page = { path: "a.md", text: "# A\n\n```sh\nls\n```\n", exists: true };
    const answer = `<updated_file path="a.md">\n${page.text.replace("ls", "ls -l")}</updated_file>`;
    const large = small(answer);
    const { files } = await run(large, { ...rewrite, files: [page] });
    expect(files[0]!.result.text).toBe("# A\n\n```sh\nls -l\n```\n");
    expect(large.asked[0]!.messages[0]!.content).toContain("<updated_file");
    const told = small(`<updated_file path="src/a.py">\n${edited}</updated_file>`);
    await run(told, rewrite, { fenced: false });
    expect(told.asked[0]!.prediction).toContain("<updated_file");
  });
});

describe("auto with a small model", () => {
  const tally = (right: number, own: number): WayTally => ({ cases: 10, right, own });
  const table = (ways: Record<string, WayTally>): WayTable => ({
    models: [
      {
        model: "measured",
        parameters: 0.6e9,
        cells: [{ from: 0, to: null, severalFiles: false, named: false, ways }],
      },
    ],
  });
  const auto = { via: "auto" } as const;

  it("takes the way that was right most often, of equals the one that writes least", async () => {
    const whole = `\`\`\`py\n${edited}\`\`\``;
    const blocks = `src/a.py\n${block("    return 2", "    return 22")}`;
    const better = table({ rewrite: tally(9, 900), "search-replace": tally(6, 300) });
    const first = await run(small(whole), auto, { ways: better });
    expect(first.report).toMatchObject({
      via: "rewrite",
      why: expect.stringContaining("measured with measured"),
    });
    const equal = table({ rewrite: tally(9, 900), "search-replace": tally(9, 300) });
    expect((await run(small(blocks), auto, { ways: equal })).report.via).toBe("search-replace");
  });

  it("learns nothing from few cases, and takes the model that is nearest in size", () => {
    const facts = { parameters: 1.5e9, lines: 20, severalFiles: false, named: false };
    const few = table({ rewrite: { cases: 4, right: 0, own: 900 } });
    expect(wayByTable(few, facts)).toBeUndefined();
    expect(wayByTable({ models: [] }, facts)).toBeUndefined();
    const [small] = table({ rewrite: tally(9, 900), cascade: tally(2, 300) }).models;
    const [large] = table({ rewrite: tally(8, 900), cascade: tally(8, 300) }).models;
    const models = [small!, { ...large!, model: "larger", parameters: 1.6e9 }];
    expect(wayByTable({ models }, facts)?.way).toBe("cascade");
    expect(wayByTable({ models }, { ...facts, parameters: 0.4e9 })?.way).toBe("rewrite");
  });

  it("has a shipped table", () => {
    expect(Array.isArray(wayTable().models)).toBe(true);
  });

  it("takes a region only where the instruction names one", async () => {
    const ways = table({ rewrite: tally(5, 900), region: tally(9, 300) });
    const unnamed = await run(small(`\`\`\`py\n${edited}\`\`\``), auto, { ways });
    expect(unnamed.report.via).toBe("rewrite");
    const part = small("```py\ndef two():\n    return 22\n```");
    const named = await run(part, { ...auto, instruction: "let `two` return 22" }, { ways });
    expect(named.report).toMatchObject({ via: "region" });
    expect(named.files[0]!.result.text).toBe(edited);
  });
});
