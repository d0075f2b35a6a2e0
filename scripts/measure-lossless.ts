/**
 * What a candidate edit is worth as the draft of a model's own answer: renames and extractions of functions of a folder, written by the model
 * plainly, with drafts from the old code, and with drafts from the specialist's edit. Greedy, so all three must be the same text.
 *
 *     node --import tsx scripts/measure-lossless.ts --model <gguf> --root src --cases 12 [--seed 1] [--threads 1] [--jsonl rows.jsonl] [--only <id>]
 */
import { appendFileSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { RedraftError } from "../src/core/errors.ts";
import type { TextTarget } from "../src/core/target.ts";
import { engines } from "../src/engines/registry.ts";
import { inFence, partPrompt } from "../src/instruct/prompt.ts";
import type { NamedPart } from "../src/instruct/region.ts";
import { planExtract } from "../src/orchestrate/extract/extract.ts";
import { createRepositoryIndex } from "../src/orchestrate/index/repository-index.ts";
import type { NameView } from "../src/orchestrate/names/resolve-name.ts";
import { nameViewOf } from "../src/orchestrate/names/view.ts";
import { planRename } from "../src/orchestrate/rename/rename.ts";
import { localTextTarget } from "../src/redraft/local-text-target.ts";
import { namedPartsOf } from "../src/redraft/named-parts.ts";
import { detectChatTemplate } from "../src/session/chat-template.ts";
import { filePart, partAfter } from "../src/text/file-part.ts";
import { splitLines } from "../src/text/lines.ts";
import { parserFor } from "../src/workspace/syntax.ts";

const { values } = parseArgs({
  options: {
    model: { type: "string", default: "" },
    root: { type: "string", default: "src" },
    cases: { type: "string", default: "12" },
    seed: { type: "string", default: "1" },
    threads: { type: "string", default: "1" },
    jsonl: { type: "string" },
    only: { type: "string" },
  },
});

interface LosslessCase {
  readonly id: string;
  readonly kind: "rename" | "extract";
  readonly path: string;
  readonly instruction: string;
  readonly code: string;
  readonly candidate: string;
}

let state = Number(values.seed) >>> 0;
const random = (below: number): number => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * below);
};

async function viewOf(path: string, text: string): Promise<NameView> {
  const read = async () => ({ text, hash: text });
  const files = { list: async () => [path], stamp: () => "1", read };
  const index = createRepositoryIndex(files, parserFor);
  await index.update();
  return nameViewOf(index, parserFor);
}

/** A local name of a function that it uses at least three times, or statements of it; what the specialist makes of them. */
async function caseOf(
  path: string,
  text: string,
  part: NamedPart,
  kind: LosslessCase["kind"],
): Promise<LosslessCase | undefined> {
  const lines = splitLines(text);
  const view = await viewOf(path, text);
  const { code } = filePart(lines, part);
  const shown = part.name.split(/\.|::/).at(-1)!;
  let after: string | undefined;
  let instruction = "";
  if (kind === "rename") {
    const declared = /(?:const|let) (\w+) =|^\s+(\w{3,}) = /gmu;
    const names = [...code.matchAll(declared)].flatMap(([, a, b]) => a ?? b ?? []);
    const used = [...new Set(names)].filter((one) => code.split(one).length > 3);
    const from = used[random(used.length)];
    if (from === undefined) return undefined;
    const row = lines.findIndex(
      ({ text: line }, at) =>
        at >= part.start && new RegExp(`\\b${from}\\b\\s*[:=]`, "u").test(line),
    );
    const to = from.includes("_") ? `${from}_value` : `${from}Value`;
    instruction = `Rename \`${from}\` to \`${to}\` in \`${shown}\`.`;
    const plan = await planRename(view, { from, to, at: { path, line: row + 1 } });
    after = plan.files[0]?.after;
  } else {
    const from = part.start + 2 + random(Math.max(1, part.end - part.start - 6));
    const to = from + 1 + random(4);
    const quoted = lines.slice(from - 1, to).map((line) => line.text.trim());
    instruction = `Extract the lines from \`${quoted[0]}\` to \`${quoted.at(-1)}\` into a function \`extractedPart\`.`;
    after = (await planExtract(view, { path, from, to, name: "extractedPart" })).after;
  }
  const candidate = after === undefined ? undefined : partAfter(lines, splitLines(after), part);
  const id = `${kind} ${path}:${part.start + 1}`;
  return candidate && candidate !== code
    ? { id, kind, path, instruction, code, candidate }
    : undefined;
}

async function casesOf(root: string, wanted: number): Promise<LosslessCase[]> {
  const paths = readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((path) => /\.(?:[jt]s|py)$/u.test(path) && !/(?:\.test|\.d)\.ts$/u.test(path))
    .sort();
  const found: LosslessCase[] = [];
  for (let tries = 0; found.length < wanted && tries < 200 * wanted; tries++) {
    const path = paths[random(paths.length)]!;
    const text = readFileSync(join(root, path), "utf8");
    const parts = namedPartsOf(text).filter(
      ({ start, end }) => end - start >= 10 && end - start <= 32,
    );
    const part = parts[random(parts.length)];
    const kind = found.length < wanted / 2 ? "rename" : "extract";
    if (!part) continue;
    try {
      const one = await caseOf(path, text, part, kind);
      if (one && !found.some(({ id }) => id === one.id)) found.push(one);
    } catch (error) {
      if (!RedraftError.is(error)) throw error;
    }
  }
  return found;
}

interface Answer {
  readonly text: string;
  readonly tokens: number;
  readonly passes: number;
  readonly seconds: number;
}

async function answerOf(
  target: TextTarget,
  { path, code, instruction }: LosslessCase,
  prediction?: string,
): Promise<Answer> {
  const start = performance.now();
  let text = "";
  let tokens = 0;
  let passes = 0;
  const most = { maxTokens: Math.ceil(code.length / 2) + 200 };
  const options = prediction === undefined ? most : { ...most, prediction };
  for await (const chunk of target.complete(partPrompt(path, code, instruction), options)) {
    text += chunk.text;
    tokens += chunk.tokens ?? 0;
    passes += chunk.passes?.length ?? 0;
  }
  return { text, tokens, passes, seconds: (performance.now() - start) / 1000 };
}

/**
 * By how many logits the model prefers its plain answer where another one differs first: kernels for one token and for several round
 * differently, so that below about half a logit either may come.
 */
async function gapAtDifference(
  { path, code, instruction }: LosslessCase,
  plain: string,
  other: string,
): Promise<number> {
  const threads = Number(values.threads);
  const target = await engines.gguf.openTokens(values.model, { contextSize: 4096, threads });
  try {
    const template = await detectChatTemplate(target);
    const prompt = await template(partPrompt(path, code, instruction));
    let shared = 0;
    while (shared < plain.length && plain[shared] === other[shared]) shared += 1;
    const tokens = [
      ...(await target.tokenize(prompt, { special: true })),
      ...(await target.tokenize(plain.slice(0, shared))),
    ];
    const sequence = await target.open();
    await sequence.append(tokens);
    const { logits } = await sequence.verify([], { topK: 2 });
    await sequence.dispose();
    return logits[0]! - logits[1]!;
  } finally {
    await target.dispose();
  }
}

async function open(drafting: boolean): Promise<TextTarget> {
  const threads = Number(values.threads);
  const options = { cost: "measured", contextSize: 4096, threads } as const;
  return localTextTarget(await engines.gguf.openTokens(values.model, options), { drafting });
}

const cases = (await casesOf(values.root, Number(values.cases))).filter(
  ({ id }) => values.only === undefined || id === values.only,
);
process.stderr.write(`${cases.length} cases\n`);
const plainly = new Map<string, Answer>();
const plain = await open(false);
for (const one of cases) plainly.set(one.id, await answerOf(plain, one));
await plain.dispose();
const drafting = await open(true);
/** Cases whose answers differ, with the answer that was drafted from the candidate. */
const differing: { readonly one: LosslessCase; readonly text: string }[] = [];
const sums = new Map<string, number>();
const add = (name: string, value: number): void =>
  void sums.set(name, (sums.get(name) ?? 0) + value);
for (const one of cases) {
  const { path, code, candidate } = one;
  const slow = plainly.get(one.id)!;
  const source = await answerOf(drafting, one, inFence(path, code));
  const lossless = await answerOf(drafting, one, inFence(path, candidate));
  const row = {
    id: one.id,
    instruction: one.instruction,
    tokens: slow.tokens,
    passes: { plain: slow.passes, source: source.passes, candidate: lossless.passes },
    seconds: { plain: slow.seconds, source: source.seconds, candidate: lossless.seconds },
    identical: { source: source.text === slow.text, candidate: lossless.text === slow.text },
    /** Whether the model writes what the specialist proposes. */
    agrees: slow.text.includes(candidate.trim()),
  };
  if (!row.identical.candidate) differing.push({ one, text: lossless.text });
  process.stdout.write(`${JSON.stringify(row)}\n`);
  if (values.jsonl) appendFileSync(values.jsonl, `${JSON.stringify(row)}\n`);
  for (const kind of [one.kind, "all"]) {
    add(`${kind} cases`, 1);
    add(`${kind} agrees`, Number(row.agrees));
    add(`${kind} tokens`, row.tokens);
    for (const way of ["plain", "source", "candidate"] as const) {
      add(`${kind} passes ${way}`, row.passes[way]);
      add(`${kind} seconds ${way}`, row.seconds[way]);
    }
    for (const way of ["source", "candidate"] as const)
      add(`${kind} identical ${way}`, Number(row.identical[way]));
  }
}
await drafting.dispose();
for (const { one, text } of differing) {
  const gap = await gapAtDifference(one, plainly.get(one.id)!.text, text);
  process.stdout.write(
    `${one.id} differs where the plain answer leads by ${gap.toFixed(2)} logits\n`,
  );
}
for (const [name, value] of sums) process.stdout.write(`${name}: ${Math.round(value * 10) / 10}\n`);
