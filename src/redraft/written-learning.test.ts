import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { RedraftError } from "../core/errors.ts";
import { type Forecast, forecast } from "../instruct/costs.ts";
import type { InstructEvent, Way } from "../instruct/request.ts";
import { openLearning } from "./learning.ts";
import {
  followWritten,
  isRefusedAnswer,
  type WrittenKind,
  withLearntRefusals,
} from "./written-learning.ts";

const kind: WrittenKind = { isLocal: false, path: "src/a.ts" };
const asked = (via: Way): InstructEvent => ({
  type: "asked",
  via,
  paths: ["src/a.ts"],
  promptTokens: 1,
  outputTokens: 1,
});
const refused: InstructEvent = { type: "refused", path: "src/a.ts", message: "no" };

/** What is learnt of these events, each a second after the one before. */
function learntFrom(events: readonly InstructEvent[], own = kind) {
  let seconds = 0;
  const followed = followWritten(own, () => 1000 * seconds);
  for (const event of events) {
    seconds += 1;
    followed.event(event);
  }
  seconds += 100;
  return followed;
}

describe("what is learnt of an edit that a model writes", () => {
  it("is which way was right, and how long it took until the next one", () => {
    const answered = learntFrom([asked("region"), asked("rewrite"), { type: "text", text: "x" }]);
    expect(answered.decisions({ written: true, entry: "e1" })).toEqual([
      {
        type: "model script: region",
        entry: "e1",
        tried: [{ name: "region", seconds: 1, right: false }],
      },
      {
        type: "model script: rewrite",
        entry: "e1",
        tried: [{ name: "rewrite", seconds: 1, right: true }],
      },
    ]);
    expect(answered.decisions({ written: false }).map(({ tried }) => tried[0]!.right)).toEqual([
      false,
      false,
    ]);
    expect(learntFrom([]).decisions({ written: true })).toEqual([]);
  });

  it("is that a way was wrong that had to be asked again", () => {
    const again = learntFrom([asked("cascade"), refused, asked("cascade")]);
    expect(again.decisions({ written: true })).toMatchObject([
      { tried: [{ name: "cascade", right: false }] },
    ]);
  });

  it("keeps a model of this machine apart from one of a server", () => {
    const [local] = learntFrom([asked("rewrite")], { isLocal: true, path: "a.css" }).decisions({
      written: true,
    });
    expect(local!.type).toBe("local model other: rewrite");
  });

  it("is nothing where the model could not be asked", () => {
    expect(isRefusedAnswer(new RedraftError("no-match", ""))).toBe(true);
    expect(isRefusedAnswer(new RedraftError("engine-failed", ""))).toBe(false);
    expect(isRefusedAnswer(new Error(""))).toBe(false);
  });
});

describe("how often sketches are refused", () => {
  const folders: string[] = [];
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  });

  it("decides the way where it is learnt, and the user does not say it", async () => {
    const folder = mkdtempSync(join(tmpdir(), "redraft-learn-"));
    folders.push(folder);
    const learning = openLearning({ folder, home: join(folder, "state") });
    const files = [{ text: "a\n".repeat(4000) }];
    const expected = async (own = kind): Promise<Forecast> =>
      forecast(files, "x", withLearntRefusals({}, own, await learning.arms(false)));
    const chosen = async (own?: WrittenKind): Promise<string> => (await expected(own)).via;
    expect(withLearntRefusals({}, kind, await learning.arms(false))).toEqual({});
    expect(await chosen()).toBe("cascade");
    await learning.turn(true);
    expect(await chosen()).toBe("cascade");
    for (let edit = 0; edit < 60; edit += 1) {
      const failed = learntFrom([asked("cascade"), refused, asked("rewrite")]);
      await learning.record(failed.decisions({ written: true }));
    }
    expect(await chosen()).toBe("rewrite");
    expect((await expected()).why).toMatch(/, if 8\d % of sketches are refused$/u);
    expect(await chosen({ ...kind, isLocal: true })).toBe("cascade");
    const said = { refusalRate: 0.01 };
    expect(withLearntRefusals(said, kind, await learning.arms(false))).toEqual(said);
    await learning.forget();
    expect(await chosen()).toBe("cascade");
  });
});
