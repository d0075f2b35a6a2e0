import { describe, expect, it } from "vitest";
import type { TextTarget } from "../../core/target.ts";
import { createRedraft } from "../../redraft/create-redraft.ts";
import { textModelRoute } from "./text-route.ts";

const source = "a()\nx\nb()\nx\nc()\n";
const edit = "// ... existing code ...\nx\nfresh()\n// ... existing code ...\n";
const first = "a()\nx\nfresh()\nb()\nx\nc()\n";
const second = "a()\nx\nb()\nx\nfresh()\nc()\n";

interface Asked {
  readonly system: string;
  readonly user: string;
  readonly prediction: string | undefined;
}

/** A model that writes and chooses as it is told. */
function scripted(written: string, chosen: string, finish: "stop" | "length" = "stop") {
  const asked: Asked[] = [];
  const target: TextTarget = {
    kind: "text",
    name: "scripted",
    async *complete(messages, { prediction, signal }) {
      signal?.throwIfAborted();
      const [system, user] = messages.map(({ content }) => content);
      asked.push({ system: system!, user: user!, prediction });
      yield { text: user!.includes("<merged") ? chosen : written };
      yield { text: "", finish, usage: { promptTokens: 7, completionTokens: 5 } };
    },
    async dispose() {},
  };
  return { asked, target };
}

const answer = (text: string): string => `<updated-code>\n${text}</updated-code>`;

function applied(target: TextTarget, promptFormat?: "kortix" | "osmosis" | "chat") {
  const model = textModelRoute({ target, ...(promptFormat && { promptFormat }) });
  return createRedraft({ settle: model }).apply({
    path: "a.txt",
    source,
    edit,
    instruction: "add fresh",
  });
}

describe("a model behind a chat", () => {
  it("settles what the merge leaves open, where it writes and chooses the same", async () => {
    for (const [text, number] of [
      [first, 1],
      [second, 2],
    ] as const) {
      const { asked, target } = scripted(answer(text), `<think>hm: 7</think>\n${number}.`);
      // The merge orders its candidates; here the upper place comes first.
      const result = await applied(target);
      expect(result.text).toBe(text);
      expect(result).toMatchObject({ route: "model", stats: { tokens: 10, positions: 14 } });
      expect(result.routeReason).toMatch(/chose the same/);
      expect(result.confidence).toBeUndefined();
      const [writing, choosing] = asked;
      expect(writing!.prediction).toBe(answer(source));
      expect(writing!.user).toContain("add fresh");
      expect(choosing!.prediction).toBeUndefined();
      expect(choosing!.user).toContain(`<merged number="2">\n${second}</merged>`);
    }
  });

  it.each([
    ["chooses another than it wrote", answer(first), "2"],
    ["cannot tell", answer(first), "0"],
    ["chooses in words", answer(first), "the first one"],
    ["writes none of the candidates", answer("a()\nfresh()\nx\nb()\nx\nc()\n"), "1"],
    ["writes a line of its own", answer(first.replace("b()", "b(1)")), "1"],
    ["leaves a marker", answer(`${first}// ... existing code ...\n`), "1"],
    ["forgets the edit", answer(source), "1"],
    ["writes no tags", first, "1"],
    ["never closes its tag", `<updated-code>\n${first}`, "1"],
  ])("refuses where it %s", async (_, written, chosen) => {
    const { target } = scripted(written, chosen);
    await expect(applied(target)).rejects.toMatchObject({ code: "ambiguous" });
  });

  it("refuses what was cut off", async () => {
    const { target } = scripted(answer(first), "1", "length");
    await expect(applied(target)).rejects.toMatchObject({ code: "ambiguous" });
  });

  it("asks known apply models in their own form", async () => {
    const { asked, target } = scripted(`<code>\n${first}</code>`, "1");
    expect((await applied(target, "osmosis")).text).toBe(first);
    expect(asked[0]!.user).toContain("<edit>");
    const kortix = scripted(answer(first), "1");
    const named = { ...kortix.target, name: "Kortix/FastApply-1.5B-v1.0" };
    expect((await applied(named)).text).toBe(first);
    expect(kortix.asked[0]!.user).toContain("Merge all changes from the <update> snippet");
  });

  it("says that role tokens do not go through a chat", () => {
    const { target } = scripted("", "");
    expect(() => textModelRoute({ target, promptFormat: "redraft" })).toThrowError(/role tokens/);
  });

  describe("an apply model by its tokens", () => {
    const long = `${"q()\n".repeat(9)}${source}${"r()\n".repeat(9)}`;
    const marks = ["<|file|>", "<|sketch|>", "<|apply|>"];

    /** Tokens are characters, and the marks one each. The model writes what `write` makes of the region that it is shown. */
    function applyModel(write: (region: string) => string) {
      const asked: { region: string; candidates: readonly string[] | undefined }[] = [];
      const parts = (text: string): number[] =>
        text
          .split(/(<\|(?:file|sketch|apply)\|>)/)
          .flatMap((part) =>
            marks.includes(part)
              ? [1 + marks.indexOf(part)]
              : [...part].map((one) => 10 + one.codePointAt(0)!),
          );
      const target: TextTarget = {
        kind: "text",
        name: "m",
        answeredBy: "vLLM 0.32.0",
        async *complete() {
          yield* [];
          throw new Error("it has no chat template");
        },
        async tokenPrompts() {
          return {
            contextSize: 4096,
            tokenize: async (text) => parts(text),
            async *complete(prompt, { candidates }) {
              const text = (tokens: readonly number[]) =>
                tokens.map((token) => String.fromCodePoint(token - 10)).join("");
              const region = text(prompt.slice(1, prompt.indexOf(2)));
              asked.push({ region, candidates });
              yield { text: write(region) };
              yield { text: "", finish: "stop", usage: { promptTokens: 7, completionTokens: 5 } };
            },
          };
        },
        async dispose() {},
      };
      return { asked, target };
    }

    const edited = (region: string, at: "first" | "second"): string => {
      const place = at === "first" ? region.indexOf("x\n") : region.lastIndexOf("x\n");
      return `${region.slice(0, place)}x\nfresh()\n${region.slice(place + 2)}`;
    };
    const run = (target: TextTarget) =>
      createRedraft({ settle: textModelRoute({ target }) }).apply({
        path: "a.txt",
        source: long,
        edit,
      });

    it("writes the region twice, with more and with fewer lines around it", async () => {
      const { asked, target } = applyModel((region) => edited(region, "second"));
      const result = await run(target);
      expect(result.text).toBe(edited(long, "second"));
      expect(result.routeReason).toMatch(/m \(vLLM 0\.32\.0\) wrote one and wrote the same one/);
      const [one, other] = asked.map(({ region }) => region.split("\n").length);
      expect(other).toBeLessThan(one!);
      // The merge's candidates go along as drafts.
      expect(asked[0]!.candidates).toContain(edited(asked[0]!.region, "second"));
    });

    it("settles nothing where the two differ", async () => {
      let times = 0;
      const { target } = applyModel((region) => edited(region, times++ === 0 ? "first" : "second"));
      await expect(run(target)).rejects.toMatchObject({ code: "ambiguous" });
      expect(times).toBe(2);
    });

    it("settles nothing in a file that is too short to be asked about twice", async () => {
      const { asked, target } = applyModel((region) => edited(region, "first"));
      const short = textModelRoute({ target });
      const applying = createRedraft({ settle: short }).apply({
        path: "a.txt",
        source: "x\nx\n",
        edit,
      });
      await expect(applying).rejects.toMatchObject({ code: "ambiguous" });
      expect(asked).toEqual([]);
    });
  });

  it("is not asked where the merge has an answer, or none to choose from", async () => {
    const { asked, target } = scripted(answer(first), "1");
    const redraft = createRedraft({ settle: textModelRoute({ target }) });
    const sure = JSON.stringify({ old_string: "b()", new_string: "c(1)" });
    await redraft.apply({ path: "a.txt", source, edit: sure });
    const none = JSON.stringify({ old_string: "nowhere", new_string: "c(1)" });
    await expect(redraft.apply({ path: "a.txt", source, edit: none })).rejects.toMatchObject({
      code: "no-match",
    });
    expect(asked).toEqual([]);
  });

  it("stops when told", async () => {
    const { target } = scripted(answer(first), "1");
    const controller = new AbortController();
    const slow: TextTarget = {
      ...target,
      async *complete(messages, options) {
        controller.abort();
        yield* target.complete(messages, options);
      },
    };
    const redraft = createRedraft({ settle: textModelRoute({ target: slow }) });
    const call = redraft.apply({ path: "a.txt", source, edit }, { signal: controller.signal });
    await expect(call).rejects.toMatchObject({ name: "AbortError" });
  });
});
