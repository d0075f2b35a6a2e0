import { describe, expect, it } from "vitest";
import { memoryRepository } from "../../../test/support/memory-repository.ts";
import { inFence } from "../../instruct/prompt.ts";
import { namedRegion } from "../../instruct/region.ts";
import { namedPartsOf } from "../../redraft/named-parts.ts";
import { parserFor } from "../../workspace/syntax.ts";
import { createRepositoryIndex } from "../index/repository-index.ts";
import { nameViewOf } from "../names/view.ts";
import { type OrchestrateEvent, orchestrate } from "../orchestrate.ts";
import type { EditCandidate, OrchestrateRequest, Speculator } from "../speculator.ts";
import { writerEditType } from "./edit-type.ts";
import { writerSpeculator } from "./speculator.ts";

const python =
  "def first(a):\n    return a\n\n\ndef second(b):\n    # Twice.\n    return 2 * b\n\n\ndef third():\n    return 3\n";
const files = { "a.py": python, "b.py": "x = 1\n" };

type Asked = readonly { readonly role: string; readonly content: string }[];

/** A model that gives these answers, one after another. */
function scripted(...answers: string[]): { readonly asked: Asked[]; readonly writer: Speculator } {
  const asked: Asked[] = [];
  const target = {
    name: "scripted",
    async *complete(messages: Asked) {
      asked.push(messages);
      const text = answers[asked.length - 1];
      if (text === undefined) throw new Error("no further answer");
      for (const piece of text.match(/[\s\S]{1,9}/gu) ?? []) yield { text: piece };
    },
  };
  const finder = {
    named: (all: Parameters<typeof namedRegion>[0], words: string) =>
      namedRegion(all, words, namedPartsOf),
    declared: namedPartsOf,
  };
  return { asked, writer: writerSpeculator({ target: async () => target, finder, inFence }) };
}

const block = (code: string): string => `Here:\n\`\`\`py\n${code}\`\`\`\n`;

async function eventsOf(
  request: OrchestrateRequest,
  speculators: readonly Speculator[],
): Promise<OrchestrateEvent[]> {
  const index = createRepositoryIndex(memoryRepository(new Map(Object.entries(files))), parserFor);
  await index.update();
  const context = { index, parserFor, names: () => nameViewOf(index, parserFor) };
  const events: OrchestrateEvent[] = [];
  for await (const event of orchestrate(request, context, { speculators })) events.push(event);
  return events;
}

async function candidates(
  request: OrchestrateRequest,
  writer: Speculator,
): Promise<EditCandidate[]> {
  const events = await eventsOf(request, [writer]);
  return events.flatMap((one) => (one.type === "candidate" ? [one.candidate] : []));
}

describe("the model writer", () => {
  it("has the named part written anew, and no other line changes", async () => {
    const { writer, asked } = scripted(block("def second(b):\n    # Thrice.\n    return 3 * b\n"));
    const request = { instruction: "Make `second` triple its argument." };
    const [only, ...more] = await candidates(request, writer);
    expect(more).toEqual([]);
    expect(only).toMatchObject({ by: "writer", type: "writer general", confidence: 0.4 });
    expect(only!.files).toEqual([
      {
        path: "a.py",
        before: python,
        after: python.replace("# Twice.\n    return 2", "# Thrice.\n    return 3"),
      },
    ]);
    expect(asked[0]![1]!.content).toContain("def second(b)");
    expect(asked[0]![1]!.content).not.toContain("def third");
  });

  it("asks for each part that diagnostics are about, with their messages", async () => {
    const { writer, asked } = scripted(
      block("def first(a):\n    return str(a)\n"),
      block("def third():\n    return '3'\n"),
    );
    const diagnostic = (line: number, message: string) => ({
      file: "a.py",
      line,
      message,
      severity: "error" as const,
    });
    const found = await candidates(
      { diagnostics: [diagnostic(2, "not a str"), diagnostic(11, "not a str either")] },
      writer,
    );
    expect(found.map(({ type, details }) => [type, (details as { from: number }).from])).toEqual([
      ["writer fix", 1],
      ["writer fix", 10],
    ]);
    expect(asked[0]![1]!.content).toContain("line 2 of this part: not a str");
  });

  it("takes the lines around the cursor, and what is selected", async () => {
    const { writer, asked } = scripted(block("def third():\n    return 4\n"));
    await candidates({ instruction: "four", cursor: { path: "a.py", line: 11 } }, writer);
    expect(asked[0]![1]!.content).toContain("def third");
    const other = scripted(block("x = 2\n"));
    const selection = { path: "b.py", from: 1, to: 1 };
    const [made] = await candidates({ instruction: "two", selection }, other.writer);
    expect(made!.files[0]!.after).toBe("x = 2\n");
  });

  it.each([
    ["another part", block("def other():\n    return 1\n"), "does not contain second"],
    ["a broken text", block("def second(b:\n    return\n"), "syntax error"],
    ["no code block", "I cannot.", "no code block"],
    ["no change", block("def second(b):\n    # Twice.\n    return 2 * b\n"), "changes nothing"],
    [
      "other blank lines alone",
      block("def second(b):\n\n    # Twice.  \n    return 2 * b\n"),
      "nothing but blanks",
    ],
    ["half of it", "```py\ndef second(b):\n", "cut off"],
  ])("asks again after %s, and gives up then", async (_, answer, problem) => {
    const right = block("def second(b):\n    return b + b\n");
    const request = { instruction: "Let `second` add." };
    const { writer, asked } = scripted(answer, right);
    expect((await candidates(request, writer))[0]!.files[0]!.after).toContain("return b + b");
    expect(asked[1]!.at(-1)!.content).toContain(problem);
    await expect(candidates(request, scripted(answer, answer).writer)).rejects.toThrow(
      new RegExp(problem, "u"),
    );
  });

  it("takes a name that is a plain word, and asks again where a short file lost what nobody named", async () => {
    const { writer, asked } = scripted(block("def third():\n    return 4\n"));
    const [made] = await candidates({ instruction: "return 4 in third", files: ["a.py"] }, writer);
    expect(asked[0]![1]!.content).not.toContain("def first");
    expect(made!.files[0]!.after).toBe(python.replace("return 3", "return 4"));
    const answers = [block("first(2)\n"), block(python.replace("return 3", "return 4"))];
    const whole = scripted(...answers);
    const request = { instruction: "Let the last one be 4.", files: ["a.py"] };
    const [second] = await candidates(request, whole.writer);
    expect(whole.asked[1]!.at(-1)!.content).toMatch(/leaves out first/u);
    expect(second!.files[0]!.after).toBe(python.replace("return 3", "return 4"));
  });

  it("refuses a request that is about no one part", async () => {
    const { writer, asked } = scripted();
    await expect(candidates({ instruction: "Make it better." }, writer)).rejects.toThrow(
      /no one part/u,
    );
    expect(asked).toEqual([]);
  });

  it("is asked only where no other specialist has an edit that is accepted", async () => {
    const after = python.replace("return 3", "return 33");
    const other = (confidence: number): Speculator => ({
      name: "other",
      recognise: () => ({ confidence: 1, why: "w" }),
      async *speculate() {
        yield {
          by: "other",
          title: "t",
          why: "w",
          confidence,
          files: [{ path: "a.py", before: python, after }],
          notes: [],
        };
      },
    });
    const request = { instruction: "Let `third` return 33." };
    const proved = scripted();
    const events = await eventsOf(request, [proved.writer, other(1)]);
    expect(proved.asked).toEqual([]);
    expect(events.at(-1)).toMatchObject({
      judged: [{ accepted: true, candidate: { by: "other" } }],
    });
    const open = scripted(block("def third():\n    return 33\n"));
    const last = (await eventsOf(request, [open.writer, other(0.9)])).at(-1)!;
    expect(last.type === "result" && last.judged.map(({ candidate: { by } }) => by)).toEqual([
      "other",
      "writer",
    ]);
  });

  it("stops with the request", async () => {
    const { writer } = scripted(block("def second(b):\n    return 1\n"));
    const index = createRepositoryIndex(
      memoryRepository(new Map(Object.entries(files))),
      parserFor,
    );
    await index.update();
    const context = { index, parserFor, names: () => nameViewOf(index, parserFor) };
    const stop = new AbortController();
    stop.abort(new Error("stopped"));
    const request = { instruction: "Let `second` be 1." };
    const writing = writer.speculate(request, context, stop.signal)[Symbol.asyncIterator]();
    await expect(writing.next()).rejects.toThrow("stopped");
  });
});

describe("writerEditType", () => {
  it.each([
    ["Add a docstring to `f`.", "docs"],
    ["Fix the crash in `f`.", "fix"],
    ["Simplify `f`.", "refactor"],
    ["Let `f` take a limit.", "general"],
  ])("%s -> %s", (instruction, type) => {
    expect(writerEditType({ instruction })).toBe(type);
  });
});
