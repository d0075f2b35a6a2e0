import { afterEach, describe, expect, it } from "vitest";
import { randomEdits, randomFrom } from "../../test/support/text-walk.ts";
import type { Token } from "../core/target.ts";
import { type FakeTarget, type FakeTargetOptions, fakeTarget } from "../engines/fake.ts";
import { createSessions } from "../session/sessions.ts";
import { decode } from "../verify/decode.ts";
import { createDocuments, type Documents, positionsIn } from "./documents.ts";
import { createNextLines, type NextLines, type SessionReport } from "./next-lines.ts";

const uri = "file:///a.ts";
const end = 255;

/** A model of bytes that writes what `next` says about the text so far: the character after it; "" = the end. */
function scripted(next: (text: string) => string, options: FakeTargetOptions = {}): FakeTarget {
  return fakeTarget({
    vocabSize: 300,
    end,
    logits(context) {
      const text = context.map((token) => String.fromCharCode(token)).join("");
      const wanted = next(text);
      const row = new Float32Array(300);
      row[wanted === "" ? end : wanted.charCodeAt(0)] = 9;
      return row;
    },
    ...options,
    capabilities: {
      kvEdit: "splice",
      contextSize: 40_000,
      cost: (n) => n,
      ...options.capabilities,
    },
  });
}

/** Continues the text with the first of these lines that begins as its last line does. */
const linesOf =
  (...lines: string[]) =>
  (text: string): string => {
    const last = text.slice(text.lastIndexOf("\n") + 1);
    const line = lines.find((one) => one.startsWith(last) && one !== last);
    return line === undefined ? "\n" : line[last.length]!;
  };

interface Setup {
  documents: Documents;
  lines: NextLines;
  reports: SessionReport[];
  ask(
    place: string,
    options?: Parameters<NextLines["nextLine"]>[2],
  ): ReturnType<NextLines["nextLine"]>;
  type(before: string, after: string): void;
}

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** `|` is the cursor in the places that `ask` takes. */
function setup(
  target: FakeTarget,
  text: string,
  { budget, ...more }: { budget?: number; deadlineMs?: number; maxTokens?: number } = {},
): Setup {
  const documents = createDocuments();
  const sessions = createSessions({ target, decode, ...(budget && { budget }) });
  const reports: SessionReport[] = [];
  const onReport = (report: SessionReport): void => void reports.push(report);
  const lines = createNextLines({ target, sessions, documents, onReport, ...more });
  closing.push(() => lines.dispose());
  documents.didOpen({ textDocument: { uri, languageId: "typescript", version: 1, text } });
  return {
    documents,
    lines,
    reports,
    ask(place, options) {
      const [before, behind] = place.split("|") as [string, string];
      const now = documents.get(uri)!.text;
      const at = now.indexOf(before + behind);
      if (at < 0) throw new Error(`no ${place}`);
      return lines.nextLine(uri, positionsIn(now).positionAt(at + before.length), options);
    },
    type(before, after) {
      const { text: now, version } = documents.get(uri)!;
      const document = positionsIn(now);
      const at = now.indexOf(before);
      if (at < 0) throw new Error(`no ${before}`);
      const range = {
        start: document.positionAt(at),
        end: document.positionAt(at + before.length),
      };
      documents.didChange({
        textDocument: { uri, version: version + 1 },
        contentChanges: [{ range, text: after }],
      });
    },
  };
}

const filler = Array.from({ length: 60 }, (_, i) => `const value${i} = call(${i});\n`).join("");
/** Writes the value that the text declares first. */
const declared = (text: string): string => {
  const value = /LIMIT = (\d+);/.exec(text)?.[1] ?? "0";
  return linesOf(`check(${value});`)(text);
};

describe("the next line", () => {
  it("is what the model writes to the end of the line at the cursor", async () => {
    const { ask } = setup(scripted(linesOf("return a + b;")), "const a = 1;\nretu");
    expect(await ask("retu|")).toEqual({ text: "rn a + b;" });
  });

  it("is the line after it where the line is complete", async () => {
    const { ask } = setup(scripted(linesOf("return 1;", "}")), "f() {\nreturn 1;");
    expect(await ask("return 1;|")).toMatchObject({ text: "\nreturn 1;" });
    const crlf = setup(scripted(linesOf("return 1;")), "f() {\r\nreturn 1;");
    expect(await crlf.ask("return 1;|")).toMatchObject({ text: "\r\nreturn 1;" });
  });

  it("keeps the indentation that was typed, and continues blanks only as the model does", async () => {
    const { ask } = setup(scripted(linesOf("  return 1;")), "f() {\n    ");
    expect(await ask("\n  |  ")).toEqual({ text: "return 1;" });
    expect(await ask("\n    |")).toEqual({ text: "return 1;" });
    const inLine = setup(scripted(linesOf("return 1;")), "return ");
    expect(await inLine.ask("return |")).toEqual({ text: "1;" });
    const other = setup(scripted(linesOf("returns;")), "return ");
    expect(await other.ask("return |")).toEqual({ text: undefined, why: "nothing" });
  });

  it("is nothing where code follows on the line, the text is empty, or the model ends", async () => {
    const { ask } = setup(scripted(linesOf("foo(bar);")), "foo(b)");
    expect(await ask("foo(b|)")).toEqual({ text: undefined, why: "nothing" });
    const empty = setup(
      scripted(() => "x"),
      "",
    );
    expect(await empty.ask("|")).toEqual({ text: undefined, why: "nothing" });
    const ended = setup(
      scripted(() => ""),
      "foo();",
    );
    expect(await ended.ask("foo();|")).toEqual({ text: undefined, why: "nothing" });
  });
});

describe("the session of a document", () => {
  it("follows changes above the cursor by splices, before it is asked again", async () => {
    const { ask, type, lines, reports } = setup(
      scripted(declared),
      `const LIMIT = 10;\n${filler}check(`,
    );
    expect(await ask("check(|")).toEqual({ text: "10);" });
    reports.length = 0;
    type("10;", "250;");
    await lines.settled();
    expect(reports).toMatchObject([{ kind: "change", version: 2, policy: "splice+repair" }]);
    const [report] = reports;
    expect(report?.kind === "change" && report.savedOfSuffix).toBeGreaterThan(0.9);
    expect(await ask("check(|")).toEqual({ text: "250);" });
    expect(reports.at(-1)).toMatchObject({ kind: "answer", version: 2 });
  });

  it("has the text before the cursor after any changes, and answers as a new one does", async () => {
    const random = randomFrom(11);
    const target = fakeTarget({
      vocabSize: 256,
      capabilities: { kvEdit: "splice", contextSize: 40_000, cost: (n) => n },
    });
    const { documents, lines } = setup(target, filler, { maxTokens: 8 });
    let answers = 0;
    for (let round = 0; round < 25; round++) {
      for (let i = 0; i < 3; i++) {
        const { text, version } = documents.get(uri)!;
        const document = positionsIn(text);
        const contentChanges = randomEdits(random, text, 800)
          .toReversed()
          .map(({ start, end: to, text: added }) => ({
            range: { start: document.positionAt(start), end: document.positionAt(to) },
            text: added,
          }));
        documents.didChange({ textDocument: { uri, version: version + 1 }, contentChanges });
      }
      const { text } = documents.get(uri)!;
      const lineEnd = text.indexOf("\n", Math.floor(random() * (text.length + 1)));
      const cursor = lineEnd < 0 ? text.length : lineEnd;
      const position = positionsIn(text).positionAt(cursor);
      const found = await lines.nextLine(uri, position);
      const other = createDocuments();
      other.didOpen({ textDocument: { uri, languageId: "", version: 1, text } });
      const sessions = createSessions({ target, decode });
      const anew = createNextLines({ target, sessions, documents: other, maxTokens: 8 });
      expect(found, text).toEqual(await anew.nextLine(uri, position));
      if (found.text !== undefined) answers += 1;
      await anew.dispose();
    }
    expect(answers).toBeGreaterThan(15);
  });

  it("follows the cursor up and down", async () => {
    const { ask } = setup(scripted(declared), `const LIMIT = 3;\ncheck(\n${filler}check(`);
    expect(await ask(`\n${filler}check(|`)).toEqual({ text: "3);" });
    expect(await ask("check(|\n")).toEqual({ text: "3);" });
    expect(await ask(`\n${filler}check(|`)).toEqual({ text: "3);" });
  });

  it("holds the end of a document that exceeds what sessions may hold", async () => {
    const { ask, reports } = setup(scripted(declared), `const LIMIT = 3;\n${filler}check(`, {
      budget: 600,
    });
    expect(await ask("check(|")).toEqual({ text: "0);" });
    const answer = reports.at(-1);
    expect(answer?.kind === "answer" && answer.cached).toBeLessThanOrEqual(600);
    expect(answer?.kind === "answer" && answer.cached).toBeGreaterThan(150);
  });

  it("is evicted for another one, and read again", async () => {
    const target = scripted(declared);
    const { documents, lines, ask } = setup(target, `const LIMIT = 3;\n${filler}check(`, {
      budget: 2500,
    });
    expect(await ask("check(|")).toEqual({ text: "3);" });
    const text = `const LIMIT = 4;\n${filler}check(`;
    const other = "file:///b.ts";
    documents.didOpen({ textDocument: { uri: other, languageId: "", version: 1, text } });
    const position = positionsIn(text).positionAt(text.length);
    expect(await lines.nextLine(other, position)).toEqual({ text: "4);" });
    expect(await ask("check(|")).toEqual({ text: "3);" });
  });

  it("ends with its document", async () => {
    const target = scripted(declared);
    const documents = createDocuments();
    const sessions = createSessions({ target, decode });
    const lines = createNextLines({ target, sessions, documents });
    const opened = { uri, languageId: "", version: 1, text: "LIMIT = 1;\ncheck(" };
    documents.didOpen({ textDocument: opened });
    await lines.nextLine(uri, { line: 1, character: 6 });
    expect(sessions.usage.open).toBe(1);
    documents.didClose({ textDocument: { uri } });
    await expect.poll(() => sessions.usage.open).toBe(0);
    expect(await lines.nextLine(uri, { line: 1, character: 6 })).toMatchObject({ why: "closed" });
    documents.didOpen({ textDocument: opened });
    expect(await lines.nextLine(uri, { line: 1, character: 6 })).toEqual({ text: "1);" });
    await lines.dispose();
  });
});

describe("a request", () => {
  /** A model whose passes wait until they are released. */
  function held(): { target: FakeTarget; release(): void; passes(): number } {
    let open = (): void => {};
    let passes = 0;
    const gate = new Promise<void>((done) => {
      open = done;
    });
    const target = scripted(declared, {
      onPass: () => {
        passes += 1;
        return gate;
      },
    });
    return { target, release: open, passes: () => passes };
  }
  const text = `const LIMIT = 10;\n${filler}check(`;

  it("ends at its deadline, and what was read is there for the next one", async () => {
    const { target, release } = held();
    const { ask, lines, reports } = setup(target, text, { deadlineMs: 30 });
    expect(await ask("check(|")).toEqual({ text: undefined, why: "deadline" });
    release();
    await lines.settled();
    const read = reports.length;
    expect(read).toBeGreaterThan(1);
    expect(await ask("check(|")).toEqual({ text: "10);" });
    expect(reports.slice(read).map(({ kind }) => kind)).toEqual(["answer"]);
  });

  it("is superseded by a newer request and by a change, and ends when it is cancelled", async () => {
    const { target, release, passes } = held();
    const { ask, type } = setup(target, text);
    const first = ask("check(|");
    const second = ask("check(|");
    expect(await first).toEqual({ text: undefined, why: "superseded" });
    await expect.poll(passes).toBeGreaterThan(0);
    type("10;", "11;");
    expect(await second).toEqual({ text: undefined, why: "superseded" });
    const controller = new AbortController();
    const third = ask("check(|", { signal: controller.signal });
    controller.abort();
    expect(await third).toEqual({ text: undefined, why: "cancelled" });
    release();
    expect(await ask("check(|")).toEqual({ text: "11);" });
  });
});

describe("a model with fill tokens", () => {
  it("sees what is behind the cursor, and fills the rest of a line", async () => {
    const names = ["<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"];
    const seen: string[] = [];
    const plain = scripted((context) => {
      seen.push(context);
      return context.endsWith("Ă") ? "b" : "\n";
    });
    const target: FakeTarget = {
      ...plain,
      async tokenize(given, options): Promise<readonly Token[]> {
        const special = options?.special ? names.indexOf(given) : -1;
        return special >= 0 ? [256 + special] : plain.tokenize(given, options);
      },
    };
    const { ask } = setup(target, "foo(a, );\nbar();\n");
    expect(await ask("foo(a, |);")).toEqual({ text: undefined, why: "nothing" });
    expect(await ask("foo(a,| );")).toEqual({ text: "b" });
    expect(seen.at(-1)).toBe("Āfoo(a,ā );\nbar();\nĂb");
  });
});
