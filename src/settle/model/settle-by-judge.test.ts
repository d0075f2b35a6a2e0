import { describe, expect, it } from "vitest";
import type { Ambiguous } from "../../core/merge.ts";
import type { ModelTask } from "../../core/route.ts";
import type { DraftNode, Rows, Sequence, Token } from "../../core/target.ts";
import { readEdit } from "../../edit/read.ts";
import { merge } from "../../merge/merge.ts";
import { applyFormats, type LocalTarget } from "./apply-formats.ts";
import { inPlaceQuestion } from "./in-place.ts";
import { judge } from "./judge.ts";
import {
  type JudgeCalibration,
  judgementFeatures,
  judgementNames,
  judgementOf,
  settleByJudge,
} from "./settle-by-judge.ts";

const path = "list.py";
const source = "start()\nadd(1)\nstop()\nstart()\nadd(1)\nend()\n";
const text = "*** Begin Patch\n*** Update File: list.py\n@@\n add(1)\n+add(2)\n*** End Patch\n";

function task(): ModelTask & { readonly outcome: Ambiguous } {
  const edit = readEdit(text, { path, source, format: "patch" });
  const outcome = merge(source, edit);
  if (outcome.kind !== "ambiguous") throw new Error(`the merge says ${outcome.kind}`);
  return { request: { path, source, edit: text }, edit, outcome };
}

/** A target over bytes that finds the line `add(2)` before `wanted` likely, and everything else alike. */
function liking(wanted: string): LocalTarget {
  const liked = Buffer.from(`add(2)\n${wanted}`);
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
      commit: (kept) => grow(kept.length),
      truncate: (to) => grow(to - length),
      dispose: async () => {},
      async verify(nodes: readonly DraftNode[]): Promise<Rows> {
        const before = (at: number): number[] =>
          at < 0 ? [] : [...before(nodes[at]!.parent), nodes[at]!.token];
        const count = nodes.length + 1;
        return {
          count,
          k: 1,
          ids: new Int32Array(count),
          logits: new Float32Array(count),
          logsumexp: new Float32Array(count),
          nodeLogits: Float32Array.from(nodes, (_, at) =>
            Buffer.from(before(at)).toString().endsWith(liked.toString()) ? 0 : -1,
          ),
        };
      },
    };
  };
  return {
    kind: "token",
    name: "stub",
    capabilities: {
      vocabSize: 256,
      contextSize: 4096,
      maxVerify: 512,
      trees: true,
      kvEdit: "none",
      stateful: true,
      exactNormalizer: true,
      rewind: true,
      cost: () => 1,
    },
    tokenize: async (what): Promise<Token[]> => [...Buffer.from(what)],
    detokenize: async (tokens) => Uint8Array.from(tokens),
    isEnd: () => false,
    open: async () => sequence(),
    dispose: async () => {},
  };
}

const options = (wanted: string) => ({
  target: liking(wanted),
  format: applyFormats.chat,
  longest: 2000,
});
/** Sure of a margin of half a nat. */
const sure: JudgeCalibration = {
  form: "place",
  weights: judgementNames.map((name) => (name === "constant" ? -2 : name === "margin" ? 20 : 0)),
  threshold: 0.9,
  measured: { model: "stub", repositories: [], questions: 0, taken: 0, wrong: 0, bound: 0 },
};

describe("in-place questions", () => {
  it("share the path and the lines above, and end alike", async () => {
    const { request, edit, outcome } = task();
    const target = liking("");
    const question = { path: request.path, source, edit: edit! };
    const { prompt, answers } = (await inPlaceQuestion(target, question, outcome.candidates, 999))!;
    const shared = Buffer.from(prompt).toString();
    expect(shared).toBe("list.py\nstart()\nadd(1)\n");
    const whole = answers.map((answer) => shared + Buffer.from(answer).toString());
    expect(whole).toEqual(outcome.candidates.map((one) => `list.py\n${one.text}`));
    expect(await inPlaceQuestion(target, question, outcome.candidates, 40)).toBeUndefined();
  });

  it("are not asked where one candidate is the beginning of another", async () => {
    const { edit, outcome } = task();
    const [first] = outcome.candidates;
    const asked = (candidates: Ambiguous["candidates"]) =>
      inPlaceQuestion(liking(""), { path, source, edit: edit! }, candidates, 999);
    expect(await asked([first!, first!])).toBeUndefined();
  });

  it("begin with the token that the vocabulary asks for", async () => {
    const { edit, outcome } = task();
    const info = { name: "", metadata: {}, endTokens: [], beginToken: 7 };
    const target = { ...liking(""), info };
    const asked = await inPlaceQuestion(
      target,
      { path, source, edit: edit! },
      outcome.candidates,
      999,
    );
    expect(asked!.prompt[0]).toBe(7);
  });
});

describe("settleByJudge", () => {
  it("takes the candidate that the model finds likelier, by what follows the new line", async () => {
    for (const next of ["stop()", "end()"]) {
      const answer = await settleByJudge(task(), {
        ...options(next),
        calibrations: { patch: sure },
      });
      expect(answer?.text).toContain(`add(2)\n${next}`);
      expect(answer?.confidence).toBeGreaterThan(0.9);
    }
  });

  it("declines below the threshold, and where the question is too long", async () => {
    const calibrations = { patch: { ...sure, threshold: 0.99999999 } };
    expect(await settleByJudge(task(), { ...options("end()"), calibrations })).toBeUndefined();
    const short = { ...options("end()"), calibrations: { patch: sure }, longest: 30 };
    expect(await settleByJudge(task(), short)).toBeUndefined();
  });

  it("asks no model about kinds of edits for which it has no calibration", async () => {
    const target = { ...liking("end()"), open: () => Promise.reject(new Error("asked")) };
    const other = { ...options("end()"), target, calibrations: { sketch: sure } };
    expect(await settleByJudge(task(), other)).toBeUndefined();
    const own = settleByJudge(task(), { ...other, calibrations: { patch: sure } });
    await expect(own).rejects.toThrow("asked");
  });

  it("says what a model without a calibration finds, and takes nothing", async () => {
    const said: string[] = [];
    const quiet = () => {};
    const logger = {
      debug: quiet,
      info: quiet,
      warn: (line: string) => said.push(line),
      error: quiet,
    };
    expect(await settleByJudge(task(), { ...options("end()"), logger })).toBeUndefined();
    expect(said).toEqual([
      expect.stringMatching(
        /^list\.py: stub finds candidate \d of 2 likelier by 1\.0 nats; .* no calibration/,
      ),
    ]);
  });
});

describe("judgements", () => {
  const scores = [
    { total: -9, tokens: 3, worst: -5 },
    { total: -4, tokens: 4, worst: -2 },
    { total: -6, tokens: 2, worst: -4 },
  ];

  it("compare the likeliest candidate with the next", () => {
    const judgement = judgementOf(scores, "far-side");
    expect(judgement).toEqual({ best: 1, margin: 2, onlySide: true });
    expect(judgementOf(scores, "another-place").onlySide).toBe(false);
    expect(judgementFeatures(judgement)).toEqual([1, Math.log(3), 1]);
    expect(judgementNames).toHaveLength(3);
  });

  it("are bounded", () => {
    const features = (total: number) =>
      judgementFeatures(judgementOf([scores[0]!, { ...scores[1]!, total }], undefined));
    expect(features(1e6)).toEqual(features(1e5));
  });
});

describe("judge", () => {
  it("asks in both forms", async () => {
    const { edit, outcome } = task();
    const question = { path, source, edit: edit! };
    const target = { ...liking("end()"), chat: async () => "PROMPT" };
    const asked = { target, format: applyFormats.chat, longest: 2000 };
    for (const form of ["place", "ask"] as const) {
      const scores = await judge(form, question, outcome.candidates, asked);
      expect(scores).toHaveLength(2);
    }
  });
});
