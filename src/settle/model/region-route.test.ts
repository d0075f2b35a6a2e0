import { describe, expect, it } from "vitest";
import type { Edit } from "../../core/edit.ts";
import type { Ambiguous, Candidate, Proof } from "../../core/merge.ts";
import type { ModelTask } from "../../core/route.ts";
import type { DraftNode, Rows, Sequence, Token } from "../../core/target.ts";
import { applyFormats, detectApplyFormat, type LocalTarget } from "./apply-formats.ts";
import type { Calibration } from "./confidence.ts";
import { withRegion, wrongInRegion } from "./region-answer.ts";
import { type Generate, type RegionCalibration, settleRegion } from "./region-route.ts";

const source = "a()\nx\nb()\nx\nc()\n";
const edit: Edit = {
  format: "lazy",
  why: "",
  extent: "file",
  action: "update",
  segments: [
    { kind: "elision", text: "// ... existing code ...", at: 1 },
    {
      kind: "lines",
      lines: [
        { text: "x", role: "either", at: 2 },
        { text: "new", role: "either", at: 3 },
      ],
    },
    { kind: "elision", text: "// ... existing code ...", at: 4 },
  ],
};

/** `new` after the first or after the second `x`. */
function candidate(after: number): Candidate {
  const lines = source.trimEnd().split("\n");
  const origins = lines.map((_, i) => ({ from: "source" as const, source: i }));
  const proof: Proof = {
    result: [
      ...origins.slice(0, after + 1),
      { from: "edit", edit: 1 },
      ...origins.slice(after + 1),
    ],
    source: lines.map((_, i) => ({
      fate: "kept",
      result: i > after ? i + 1 : i,
      because: "elided",
    })),
    edit: [
      { fate: "matched", source: after, tier: "exact" },
      { fate: "placed", result: after + 1 },
    ],
    cost: 0,
    runnerUp: 0,
  };
  const range = { start: 0, end: 5 };
  const text = [...lines.slice(0, after + 1), "new", ...lines.slice(after + 1), ""].join("\n");
  return { text, cost: 0, sourceRange: range, textRange: { start: 0, end: 6 }, proof };
}

const candidates = [candidate(1), candidate(3)];
const outcome: Ambiguous = { kind: "ambiguous", candidates, message: "", details: {} };
const task: ModelTask = { request: { path: "a.js", source, edit: "" }, edit, outcome };

const roles = ["<|file|>", "<|sketch|>", "<|apply|>"];
const end = 300;

/** A target over bytes that would write `wanted` after the prompt and finds everything else unlikely. */
function preferring(wanted: string): LocalTarget {
  const answer = [...Buffer.from(wanted), end];
  const sequence = (): Sequence => {
    let length = 0;
    const grow = async (by: number): Promise<void> => {
      length += by;
    };
    return {
      get length() {
        return length;
      },
      append: (tokens) => grow(tokens.length),
      commit: (path) => grow(path.length),
      truncate: (to) => grow(to - length),
      dispose: async () => {},
      async verify(nodes: readonly DraftNode[]): Promise<Rows> {
        const depth: number[] = [];
        const good: boolean[] = [];
        nodes.forEach(({ token, parent }, i) => {
          depth[i] = parent < 0 ? 0 : depth[parent]! + 1;
          good[i] = (parent < 0 || good[parent]!) && answer[depth[i]!] === token;
        });
        const count = nodes.length + 1;
        return {
          count,
          k: 1,
          ids: new Int32Array(count),
          logits: new Float32Array(count),
          logsumexp: new Float32Array(count).fill(5),
          nodeLogits: Float32Array.from(good, (is) => (is ? 4.99 : 3)),
        };
      },
    };
  };
  return {
    kind: "token",
    name: "stub",
    capabilities: {
      vocabSize: 301,
      contextSize: 4096,
      maxVerify: 512,
      trees: true,
      kvEdit: "none",
      stateful: true,
      exactNormalizer: true,
      rewind: true,
      cost: () => 1,
    },
    tokenize: async (text): Promise<Token[]> =>
      roles.includes(text) ? [256 + roles.indexOf(text)] : [...Buffer.from(text)],
    detokenize: async (tokens) => Uint8Array.from(tokens),
    isEnd: (token) => token === end,
    open: async () => sequence(),
    dispose: async () => {},
  };
}

/** Sure from about one nat on. */
const calibrated: Calibration = {
  weights: [-2, 4, 0, 0, 0, 0],
  threshold: 0.9,
  measured: { model: "stub", repositories: [], questions: 0, taken: 0, wrong: 0, bound: 0 },
};

const writing =
  (text: string): Generate =>
  async () => ({
    text,
    finish: "end",
    stats: {
      tokens: 0,
      forwards: 0,
      draftForwards: 0,
      positions: 0,
      drafts: 0,
      draftTokens: 0,
      acceptedTokens: 0,
      acceptedByOrigin: {},
      ms: 0,
    },
  });

const settle = (wanted: string, calibration: RegionCalibration, written = wanted) =>
  settleRegion(task, {
    target: preferring(wanted),
    format: applyFormats.redraft,
    generate: writing(written),
    calibration,
    longest: 1000,
  });

describe("settleRegion", () => {
  it("takes the candidate that the model finds clearly likelier", async () => {
    for (const { text } of candidates) {
      expect(await settle(text, { rank: calibrated })).toMatchObject({
        text,
        confidence: expect.closeTo(1, 0),
      });
    }
  });

  it("declines where no candidate stands out, and where nothing was measured", async () => {
    const unsure = { ...calibrated, threshold: 0.999999 };
    expect(await settle(candidates[0]!.text, { rank: unsure })).toBeUndefined();
    expect(await settle(candidates[0]!.text, {})).toBeUndefined();
    expect(await settle("something else\n", { rank: calibrated })).toBeUndefined();
  });

  it("takes what the model writes where that passes the checks and is likely", async () => {
    const both = "a()\nx\nnew\nb()\nx\nnew\nc()\n";
    const write = { ...calibrated, weights: [-2, 4, -5, 0, 0, 0] };
    expect(await settle(both, { write })).toMatchObject({ text: both, stats: {} });
    expect(await settle(both, { write }, "a()\nx\nb()\nx\nc()\n")).toBeUndefined(); // edit line missing
    expect(await settle(both, { write }, `${both}invented()\n`)).toBeUndefined();
    expect(await settle(both, { write }, `// ... existing code ...\n${both}`)).toBeUndefined();
  });

  it("wants an unmeasured model to write the very candidate that it ranks first", async () => {
    const [first, second] = candidates as [Candidate, Candidate];
    expect(await settle(second.text, "agreement")).toMatchObject({ text: second.text });
    expect(await settle(second.text, "agreement", first.text)).toBeUndefined();
  });

  it("declines what is longer than the model can read", async () => {
    const options = {
      target: preferring(candidates[0]!.text),
      format: applyFormats.redraft,
      generate: writing(""),
      calibration: { rank: calibrated },
    };
    expect(await settleRegion(task, { ...options, longest: 20 })).toBeUndefined();
  });
});

describe("withRegion", () => {
  it("keeps line ends and a missing final newline", () => {
    const crlf = { ...candidates[0]!, text: "a\r\nb\r\nc" };
    expect(withRegion(crlf, { start: 1, end: 3 }, ["x", "y"])).toBe("a\r\nx\r\ny");
    expect(withRegion(crlf, { start: 0, end: 1 }, [])).toBe("b\r\nc");
  });
});

describe("wrongInRegion", () => {
  const region = {
    source: { start: 0, end: 2 },
    candidates: [],
    original: ["one", "two"],
    sketch: ["  two", "three"],
  };
  it("wants the edit's lines in order and nothing foreign", () => {
    expect(wrongInRegion(region, edit, ["one", "two", "three"])).toBeUndefined();
    expect(wrongInRegion(region, edit, ["one", "three", "two"])).toMatch(/out of order/);
    expect(wrongInRegion(region, edit, ["one", "two", "four", "three"])).toMatch(/neither/);
  });
});

describe("apply formats", () => {
  it("are chosen by vocabulary, metadata and chat template", async () => {
    const base = preferring("");
    const info = { name: "m", metadata: {}, endTokens: [end] };
    const marked = { ...base, tokenize: async () => [1, 2, 3] };
    expect((await detectApplyFormat(marked)).name).toBe("redraft");
    const fast = {
      ...base,
      info: { ...info, metadata: { "general.name": "FastApply 1.5B v1.0" } },
    };
    expect((await detectApplyFormat(fast)).name).toBe("kortix");
    const osmosis = {
      ...base,
      info: { ...info, metadata: { "general.basename": "Osmosis-Apply" } },
    };
    expect((await detectApplyFormat(osmosis)).name).toBe("osmosis");
    const chat = { ...base, chat: async () => "", info: { ...info, chatTemplate: "x" } };
    expect((await detectApplyFormat(chat)).name).toBe("chat");
    await expect(detectApplyFormat(base)).rejects.toMatchObject({ code: "model-unavailable" });
  });

  it("ask and read as their models were trained", async () => {
    const asked: string[] = [];
    const target: LocalTarget = {
      ...preferring(""),
      chat: async (messages) => {
        asked.push(...messages.map(({ content }) => content));
        return "PROMPT:";
      },
    };
    const { kortix, redraft } = applyFormats;
    const prompt = await kortix.prompt(target, { original: ["a", "b"], sketch: ["c"] });
    expect(Buffer.from(prompt).toString()).toBe("PROMPT:<updated-code>");
    expect(asked[1]).toContain("<code>a\nb</code>\n\n<update>c</update>");
    expect(kortix.read("\na\nb\n")).toEqual(["a", "b"]);
    expect(kortix.read("a</code>")).toBeUndefined();
    const own = await redraft.prompt(target, { original: ["a"], sketch: ["b"] });
    expect(own).toEqual([256, 97, 10, 257, 98, 10, 258]);
    expect(redraft.read("a\n\nb\n")).toEqual(["a", "", "b"]);
  });
});
