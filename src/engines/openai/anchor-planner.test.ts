import { describe, expect, it } from "vitest";
import type { DraftRequest } from "../../core/target.ts";
import { anchorPlanner } from "./anchor-planner.ts";
import { linesBelow } from "./draft-tree.ts";

const tokens = (text: string): number[] => [...text].map((one) => one.codePointAt(0)!);

/** The lines that are drafted behind an output. */
async function drafts(
  request: Omit<DraftRequest, "prompt">,
  output: string,
  { trees = true, nodes = 100 } = {},
): Promise<string[]> {
  const planner = anchorPlanner();
  await planner.begin({ prompt: [], ...request });
  const plan = await planner.plan({ output: tokens(output) }, { nodes, trees });
  return linesBelow(plan.nodes, -1).map((line) => String.fromCodePoint(...line));
}

describe("drafting from where the output has come back to", () => {
  const source = tokens("abcdefg");

  it("begins with whole texts, the likeliest first", async () => {
    const candidates = [tokens("abXdefg")];
    expect(await drafts({ source, candidates }, "")).toEqual(["abXdefg", "abcdefg"]);
    expect(await drafts({ source, candidates }, "", { trees: false })).toEqual(["abXdefg"]);
  });

  it("drafts all of the rest behind three tokens, and nothing behind fewer", async () => {
    expect(await drafts({ source }, "Xbcd")).toEqual(["efg"]);
    expect(await drafts({ source }, "Xcd")).toEqual([]);
  });

  it("drafts from the sketch and from the output itself", async () => {
    expect(await drafts({ source, sketch: tokens("12345678") }, "X2345")).toEqual(["678"]);
    expect((await drafts({ source }, "hello, Xhell"))[0]).toBe("o, Xhell");
  });

  it("sends a second place along where the target takes trees", async () => {
    const twice = tokens("abcd1 bcd2");
    expect(await drafts({ source: twice }, "Xbcd")).toEqual(["1 bcd2", "2"]);
    expect(await drafts({ source: twice }, "Xbcd", { trees: false })).toEqual(["1 bcd2"]);
  });

  it("goes on behind the last copy", async () => {
    const planner = anchorPlanner();
    const places = tokens(`abcd1${"-".repeat(500)}abcd2`);
    await planner.begin({ prompt: [], source: places });
    const limits = { nodes: 1000, trees: false };
    const first = await planner.plan({ output: [] }, limits);
    const path = first.nodes.map((_, index) => index).slice(0, 500);
    planner.observe?.({ plan: first, path, committed: places.slice(0, 500), ms: 1 });
    const output = [...places.slice(0, 500), ...tokens("Xbcd")];
    const plan = await planner.plan({ output }, limits);
    expect(String.fromCodePoint(...plan.nodes.map(({ token }) => token))).toBe("2");
  });

  it("drafts no more than there is room for", async () => {
    expect(await drafts({ source }, "", { nodes: 3 })).toEqual(["abc"]);
    expect(await drafts({ source }, "Xbcd", { nodes: 0 })).toEqual([]);
  });
});
