import { afterEach, describe, expect, it } from "vitest";
import { codeOf } from "../../scripts/code.ts";
import type { ModelRoute } from "../core/route.ts";
import { createRedraft } from "../redraft/create-redraft.ts";
import type * as Threads from "./threads.ts";
import type { ThreadedRedraft, ThreadsOptions } from "./threads.ts";

// A worker of the built code loads no compiler.
const { createThreadedRedraft } = (await import(codeOf("threads/threads"))) as typeof Threads;

const open: ThreadedRedraft[] = [];
afterEach(async () => {
  for (const redraft of open.splice(0)) await redraft.dispose();
});

function threaded(options: ThreadsOptions = {}): ThreadedRedraft {
  const redraft = createThreadedRedraft({ size: 1, ...options });
  open.push(redraft);
  return redraft;
}

const source = "function a() {\n  return 1;\n}\n\nfunction b() {\n  return 2;\n}\n";
const edit = "// ... existing code ...\n\nfunction b() {\n  return 3;\n}\n";
const request = { path: "a.js", source, edit };
const twins = "x();\ny();\n\nx();\ny();\n";
const ambiguous = {
  path: "a.js",
  source: twins,
  edit: "<<<<<<< SEARCH\nx();\n=======\nz();\n>>>>>>> REPLACE\n",
};

const withoutTime = (value: object): object => ({ ...value, ms: 0 });

describe("the engine on worker threads", () => {
  it("answers as the engine does, proof and events included", async () => {
    const plain = createRedraft();
    const redraft = threaded();
    expect(withoutTime(await redraft.apply(request))).toEqual(
      withoutTime(await plain.apply(request)),
    );
    const events: unknown[] = [];
    for await (const event of redraft.events(request)) events.push(event.type);
    expect(events).toEqual(["edit-read", "route-taken", "result"]);
    const wrong = { ...request, edit: JSON.stringify({ old_string: "no", new_string: "x" }) };
    const expected = await plain.apply(wrong).catch((error: unknown) => error);
    await expect(redraft.apply(wrong)).rejects.toMatchObject({ ...(expected as object) });
  });

  it("answers with a diff instead of a proof where asked", async () => {
    for await (const event of threaded().accounted(request, "diff")) {
      if (event.type !== "result") continue;
      expect(event.result.proof).toBeUndefined();
      expect(event.result.diff).toContain("-  return 2;\n+  return 3;");
    }
  });

  it("finds the text of a base by its hash", async () => {
    const redraft = threaded();
    const first = await redraft.apply(request);
    const hash = (await import("../core/text-store.ts")).textHash(first.text!);
    const later = {
      path: "a.js",
      source: `// new\n${first.text}`,
      edit: first.text!.replace("3", "4"),
      format: "whole" as const,
      base: { hash },
    };
    expect((await redraft.apply(later)).text).toBe(`// new\n${first.text!.replace("3", "4")}`);
    const unknown = { ...later, base: { hash: "0".repeat(16) } };
    await expect(redraft.apply(unknown)).rejects.toMatchObject({ code: "stale-file" });
  });

  it("keeps this thread free, ends what passes its limit, and goes on", async () => {
    const redraft = threaded({ limitMs: 3000 });
    await redraft.apply(request);
    const failing = expect(redraft.run("spin", undefined)).rejects.toMatchObject({
      code: "timeout",
    });
    const start = performance.now();
    let longest = 0;
    for (let last = start; last - start < 300; ) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }
    expect(longest).toBeLessThan(250);
    await failing;
    expect((await redraft.apply(request)).text).toContain("return 3");
  });

  it("ends what is cancelled, at once where it waits and soon where it computes", async () => {
    const redraft = threaded();
    const leaving = new AbortController();
    const computing = expect(
      redraft.run("spin", undefined, { signal: leaving.signal }),
    ).rejects.toMatchObject({ code: "cancelled" });
    const waiting = expect(
      redraft.apply(request, { signal: leaving.signal }),
    ).rejects.toMatchObject({ code: "cancelled" });
    const next = redraft.apply(request);
    leaving.abort();
    await Promise.all([computing, waiting]);
    expect((await next).text).toContain("return 3");
    await expect(redraft.apply(request, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: "cancelled",
    });
  });

  it("lets an edit fail alone that needs too much memory", async () => {
    const redraft = threaded({ memoryMb: 64 });
    await expect(redraft.run("hoard", undefined)).rejects.toMatchObject({
      code: "engine-failed",
      message: expect.stringContaining("memory"),
    });
    expect((await redraft.apply(request)).text).toContain("return 3");
  });

  it("refuses what comes after a full queue", async () => {
    const redraft = threaded({ maxWaiting: 1, limitMs: 3000 });
    const blocking = redraft.run("block", undefined).catch(() => {});
    const waiting = redraft.apply(request);
    await expect(redraft.apply(request)).rejects.toMatchObject({
      code: "timeout",
      retryable: true,
    });
    await blocking;
    expect((await waiting).text).toContain("return 3");
  });

  it("asks the model on the calling thread and does other edits meanwhile", async () => {
    let answer = (_: string): void => {};
    const answered = new Promise<string>((resolve) => {
      answer = resolve;
    });
    let asked = 0;
    const model: ModelRoute = {
      name: "test",
      async settle(task) {
        asked += 1;
        task.onText?.("z", "target");
        const text = await answered;
        return { text, why: "the test says so" };
      },
      dispose: async () => {},
    };
    const redraft = threaded({ settle: model, limitMs: 3000 });
    const deltas: string[] = [];
    const asking = (async () => {
      for await (const event of redraft.events(ambiguous)) {
        if (event.type === "text-delta") deltas.push(event.text);
        if (event.type === "result") return event.result;
      }
      return undefined;
    })();
    // The only worker waits for the model, and answers others meanwhile.
    expect((await redraft.apply(request)).text).toContain("return 3");
    // It is ended for another task's sake: the first one starts over, and the model is not asked again.
    await expect(redraft.run("block", undefined)).rejects.toMatchObject({ code: "timeout" });
    answer(twins.replace("x();", "z();"));
    const result = await asking;
    expect(result).toMatchObject({ route: "model", text: twins.replace("x();", "z();") });
    expect(asked).toBe(1);
    expect(deltas).toEqual(["z"]);
  });

  it("tells the model's refusal as it is", async () => {
    const model: ModelRoute = {
      name: "test",
      settle: async () => {
        throw new (await import("../core/errors.ts")).RedraftError("model-unavailable", "no power");
      },
      dispose: async () => {},
    };
    await expect(threaded({ settle: model }).apply(ambiguous)).rejects.toMatchObject({
      code: "model-unavailable",
      message: "no power",
    });
  });

  it("ends with its work", async () => {
    const redraft = threaded();
    const spinning = expect(redraft.run("spin", undefined)).rejects.toMatchObject({
      code: "cancelled",
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    await redraft.dispose();
    await spinning;
    expect(redraft.pool.workers).toBe(0);
    await expect(redraft.apply(request)).rejects.toMatchObject({ code: "cancelled" });
  });
});
