import type { DraftRequest, Token } from "../../src/core/target.ts";
import { copyDrafter } from "../../src/draft/copy.ts";
import { bestLine } from "../../src/draft/draft-length.ts";
import { sharedLength } from "../../src/text/prefix.ts";

/**
 * Cases that the copy drafter of TypeScript and the one of Python (`python/redraft-vllm`) must answer alike:
 * `conformance/drafts.json`, written by `scripts/write-draft-conformance.ts`.
 */
export interface ConformanceCase {
  readonly name: string;
  /** The text of each token; a token id is an index. */
  readonly vocabulary: readonly string[];
  readonly request: DraftRequest;
  readonly output: readonly Token[];
  readonly budget: number;
  /** Cost of a pass over 1, 2, ... budget + 1 tokens, in plain steps. */
  readonly cost: readonly number[];
  readonly steps: readonly ConformanceStep[];
}

export interface ConformanceStep {
  /** Output tokens before it. */
  readonly written: number;
  /** The first drafts, the surest first. */
  readonly drafts: readonly { readonly tokens: readonly Token[]; readonly survival: number[] }[];
  /** What is sent; the accepted tokens and one more are written next. */
  readonly line: readonly Token[];
}

export type ConformanceInput = Omit<ConformanceCase, "steps">;

/** Drafts per step that are compared. */
const comparedDrafts = 3;

/** Decodes the output with the drafter and returns what it proposed. */
export async function draftSteps(input: ConformanceInput): Promise<ConformanceStep[]> {
  const { vocabulary, request, output, budget } = input;
  const drafter = copyDrafter({
    speller: (tokens) => tokens.map((token) => vocabulary[token] ?? ""),
  });
  await drafter.begin(request);
  const cost = (n: number): number => input.cost[n - 1]!;
  const steps: ConformanceStep[] = [];
  for (let written = 0; written < output.length; ) {
    const drafts = await drafter.draft({ output: output.slice(0, written) }, budget);
    const line = bestLine(drafts, { room: budget, cost })[0]?.tokens ?? [];
    steps.push({
      written,
      drafts: drafts.slice(0, comparedDrafts).map(({ tokens, survival }) => ({
        tokens,
        survival: survival!.map((chance) => Math.round(chance * 1e4) / 1e4),
      })),
      line,
    });
    const accepted = sharedLength(line, output.slice(written, -1));
    const committed = output.slice(written, written + accepted + 1);
    drafter.accept!({ committed, accepted });
    written += committed.length;
  }
  return steps;
}

const free = (): number => 1;
const linear = (n: number): number => 1 + (n - 1) / 8;
/** Passes over a few tokens cost more than as many plain steps. */
const cliff = (n: number): number => (n === 1 ? 1 : n <= 4 ? 3 : 3 + n / 64);

interface TextCase {
  readonly name: string;
  readonly prompt: string;
  readonly output: string;
  readonly source?: string;
  readonly sketch?: string;
  readonly candidates?: readonly string[];
  readonly context?: readonly string[];
  readonly history?: readonly string[];
  readonly budget?: number;
  readonly cost?: (n: number) => number;
}

const source = `import { open } from "./files";

export class Queue {
  private items: Item[] = [];

  push(item: Item) {
    this.items.push(item);
    this.emit("push", item);
  }

  pop(): Item | undefined {
    const item = this.items.pop();
    this.emit("pop", item);
    return item;
  }

  clear() {
    this.items = [];
    this.emit("clear");
  }
}
`;
const edited = source
  .replace(
    "    this.items.push(item);\n",
    "    if (this.closed) throw new Error();\n    this.items.push(item);\n",
  )
  .replace('    this.emit("pop", item);\n', "")
  .replace("  clear() {", "  clear(reason: string) {");
const sketch = `  push(item: Item) {
    if (this.closed) throw new Error();
    // ... existing code ...
  }

  pop(): Item | undefined {
    const item = this.items.pop();
    return item;
  }

  clear(reason: string) {
  // ... existing code ...
`;
const python = `def area(shape):
    if shape.kind == "circle":
        return 3.14 * shape.r ** 2
    if shape.kind == "square":
        return shape.a ** 2
    return None
`;

const texts: readonly TextCase[] = [
  { name: "source", prompt: `Edit:\n${source}\nResult:\n`, source, output: edited, cost: free },
  { name: "source, linear cost", prompt: "Edit:\n", source, output: edited, cost: linear },
  { name: "sketch", prompt: `${source}\n${sketch}\n`, source, sketch, output: edited },
  { name: "sketch alone", prompt: "#", sketch, output: edited, cost: free },
  {
    name: "candidates, the second is right",
    prompt: "#",
    source,
    sketch,
    candidates: [edited.replace("reason: string", ""), edited],
    output: edited,
    budget: 40,
    cost: free,
  },
  { name: "prompt", prompt: `${source}\nThe same:\n`, output: source, cost: cliff },
  { name: "a loop", prompt: "Count:\n", output: "a = a + 1\n".repeat(12), cost: free },
  {
    name: "context and history",
    prompt: "#",
    context: [python],
    history: [source, python.replace("3.14", "math.pi")],
    output: python.replace("3.14", "math.pi").replace("return None", "raise ValueError(shape)"),
  },
  {
    name: "line ends and letters beyond ASCII",
    prompt: "Übersetze:\n",
    source: "größe = 1\r\nname = 'π𝒳'\r\n\r\n\tif größe:\r\n\t\tprint('…')\r\n",
    sketch: "# … existing code …\r\n\tif größe > 0:\r\n\t\tprint('…')\r\n",
    output: "größe = 1\r\nname = 'π𝒳'\r\n\r\n\tif größe > 0:\r\n\t\tprint('…')\r\n",
  },
  {
    name: "one long line",
    prompt: "#",
    source: `x=[${"1,".repeat(300)}2]`,
    output: `x=[${"1,".repeat(280)}3,${"1,".repeat(20)}2]`,
    budget: 127,
    cost: free,
  },
  { name: "nothing known", prompt: "", output: "let a = 1;\nlet b = 2;\n" },
];

/** Words, runs of blanks, line ends, single marks. */
const split = (text: string): string[] => text.match(/\r?\n|[^\S\r\n]+|\w+|[^\w\s]/gu) ?? [];

function readCase({ name, budget = 24, cost = linear, ...parts }: TextCase): ConformanceInput {
  const ids = new Map<string, Token>();
  const read = (text: string): Token[] =>
    split(text).map((piece) => {
      const id = ids.get(piece) ?? ids.size;
      ids.set(piece, id);
      return id;
    });
  const request: DraftRequest = {
    prompt: read(parts.prompt),
    ...(parts.source !== undefined && { source: read(parts.source) }),
    ...(parts.sketch !== undefined && { sketch: read(parts.sketch) }),
    ...(parts.candidates && { candidates: parts.candidates.map(read) }),
    ...(parts.context && { context: parts.context.map(read) }),
    ...(parts.history && { history: parts.history.map(read) }),
  };
  const output = read(parts.output);
  return { name, vocabulary: [...ids.keys()], request, output, budget, cost: costs(budget, cost) };
}

const costs = (budget: number, cost: (n: number) => number): number[] =>
  Array.from({ length: budget + 1 }, (_, i) => Math.round(cost(i + 1) * 1e6) / 1e6);

/** Few kinds of tokens, so that everything matches everywhere: mutated copies of a random text. */
function randomCase(seed: number): ConformanceInput {
  let state = seed;
  const random = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const vocabulary = ["\n", " ", "a", "b", "(", ")", "=", '"', "if", "...", "...existing"];
  const text = (length: number): Token[] => Array.from({ length }, () => random(vocabulary.length));
  const mutate = (tokens: readonly Token[]): Token[] =>
    tokens.flatMap((token) => {
      const what = random(16);
      if (what === 0) return [];
      return what === 1 ? [token, ...text(1 + random(3))] : [token];
    });
  const first = text(60);
  const output = mutate(first);
  const request: DraftRequest = {
    prompt: [...text(10), ...(seed % 2 === 0 ? first : [])],
    source: first,
    ...(seed % 3 === 0 && { sketch: mutate(output.slice(0, 30)) }),
    ...(seed % 4 === 0 && { candidates: [mutate(output)] }),
    history: [text(20)],
  };
  const cost = costs(16, [free, linear, cliff][seed % 3]!);
  return { name: `random ${seed}`, vocabulary, request, output, budget: 16, cost };
}

export const conformanceInputs: readonly ConformanceInput[] = [
  ...texts.map(readCase),
  ...[1, 2, 3, 4, 6, 12].map(randomCase),
];
