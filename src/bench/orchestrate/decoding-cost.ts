import type { Token } from "../../core/target.ts";
import type { Tokenizer } from "../../engines/bpe.ts";
import type { CostCurve } from "../../engines/llama/cost.ts";
import type { CandidateFile } from "../../orchestrate/speculator.ts";
import { LineDiff } from "../../text/line-diff.ts";
import { createStandIn } from "../baselines/stand-in.ts";
import { tokenizeTrace } from "../traces/data.ts";
import { replayTrace } from "../traces/run.ts";
import { namedStrategies, strategies } from "../traces/strategies.ts";
import { weightsFor } from "../traces/weights.ts";

/** Seconds that a model would need to write the same texts, by its measured cost of passes. It is taken to write what is right. */
export interface DecodingSeconds {
  /** Tokens of the whole files after the edit. */
  readonly tokens: number;
  /** Every file written whole, a token a pass. */
  readonly plain: number;
  /** The same with our drafts from the source. */
  readonly drafted: number;
  /** Only the changed lines with three around each, a token a pass; a merge places them. */
  readonly sketch: number;
}

const quotedAround = 3;
/** Tokens of a prompt that one pass reads. */
const promptPass = 128;

export class DecodingCost {
  private readonly tokenizer: Tokenizer;
  private readonly curve: CostCurve;
  private readonly spelled = new Map<Token, string>();

  constructor(tokenizer: Tokenizer, curve: CostCurve) {
    this.tokenizer = tokenizer;
    this.curve = curve;
  }

  async of(files: readonly CandidateFile[], instruction: string): Promise<DecodingSeconds> {
    const total = { tokens: 0, plain: 0, drafted: 0, sketch: 0 };
    for (const file of files) {
      const one = await this.ofFile(file, instruction);
      for (const key of ["tokens", "plain", "drafted", "sketch"] as const) total[key] += one[key];
    }
    return total;
  }

  private async ofFile(
    { path, before, after }: CandidateFile,
    instruction: string,
  ): Promise<DecodingSeconds> {
    const { tokenizer } = this;
    const record = { id: path, instruction, original: before, edited: after };
    const trace = tokenizeTrace(record, tokenizer);
    const step = this.passSeconds(1);
    const prompt = (trace.prompt.length / promptPass) * this.passSeconds(promptPass);
    const [line] = namedStrategies(strategies, ["redraft-line"]);
    const context = {
      speller: (tokens: readonly Token[]) => tokens.map((token) => this.spell(token)),
      weights: weightsFor(trace.task),
      cost: (n: number) => this.passSeconds(n) / step,
      standIn: createStandIn(trace, tokenizer.vocabSize),
    };
    const run = await replayTrace(line!, trace, context, tokenizer.vocabSize);
    const passes = run.passes.reduce((sum, { nodes }) => sum + this.passSeconds(1 + nodes), 0);
    const sketch = tokenizer.tokenize(changedLines(before, after)).length;
    return {
      tokens: trace.output.length,
      plain: prompt + trace.output.length * step,
      drafted: prompt + passes,
      sketch: prompt + sketch * step,
    };
  }

  /** Seconds of one pass over n tokens. */
  private passSeconds(n: number): number {
    return (this.curve.at(n) * this.curve.points[0]!.ms) / 1000;
  }

  private spell(token: Token): string {
    const known =
      this.spelled.get(token) ?? Buffer.from(this.tokenizer.detokenize([token])).toString("utf8");
    this.spelled.set(token, known);
    return known;
  }
}

/** What a lazy edit of the file would quote. */
function changedLines(before: string, after: string): string {
  const now = after.split("\n");
  const kept = new Set<number>();
  for (const { newStart, newEnd } of new LineDiff(before.split("\n"), now).compare()) {
    for (let at = newStart - quotedAround; at < newEnd + quotedAround; at += 1) kept.add(at);
  }
  return now.filter((_, at) => kept.has(at)).join("\n");
}
