import assert from "node:assert/strict";
import type { DraftNode, Rows, Sequence, Token, TokenTarget } from "../core/target.ts";
import type { ConformanceCase } from "./conformance.ts";

export interface TargetConformanceOptions {
  /** A text whose tokens are fed; at least some 20 tokens long. */
  readonly text?: string;
  /**
   * How far logits of one and the same context may differ between passes of different sizes (kernels for one
   * and for many tokens differ in the last bits). 0 for exact targets.
   */
  readonly tolerance?: number;
  /**
   * Whether rows hold the likeliest token alone, and -1 after the first rejected node: servers that verify lines greedily. Cases about
   * other tokens, normalisers and sampling are then skipped. Default false.
   */
  readonly greedy?: boolean;
}

const sample = "def add(a, b):\n    return a + b\n\n\ndef subtract(a, b):\n    return a - b\n";

/** What every token target must do, whatever runs behind it. `make` opens a target for each case. */
export function targetConformance(
  make: () => TokenTarget | Promise<TokenTarget>,
  { text = sample, tolerance = 0, greedy = false }: TargetConformanceOptions = {},
): ConformanceCase[] {
  const with_ =
    (run: (target: TokenTarget, tokens: readonly Token[]) => Promise<void>) => async () => {
      const target = await make();
      try {
        const tokens = await target.tokenize(text);
        assert.ok(tokens.length >= 12, "the sample text gives too few tokens");
        await run(target, tokens);
      } finally {
        await target.dispose();
      }
    };
  const same = (left: Rows, l: number, right: Rows, r: number, what: string): void =>
    assertSameRow(left, l, right, r, tolerance, what);

  const topK = greedy ? 1 : 3;
  const notGreedy = greedy ? { skip: "it verifies lines greedily" } : {};

  return [
    {
      name: "answers for the committed prompt in the same pass that evaluates it",
      run: with_(async (target, tokens) => {
        const sequence = await target.open();
        await sequence.append(tokens.slice(0, 5));
        assert.equal(sequence.length, 5);
        const rows = await sequence.verify([]);
        assert.equal(rows.count, 1);
        assert.ok(rows.ids[0]! >= 0 && rows.ids[0]! < target.capabilities.vocabSize);
        await sequence.commit([]);
        assert.equal(sequence.length, 5);
      }),
    },
    {
      name: "scores a line as plain steps would",
      run: with_(async (target, tokens) => {
        const drafted = tokens.slice(4, 10);
        const once = await opened(target, tokens.slice(0, 4));
        const rows = await once.verify(lineDraft(drafted), { topK });
        assert.equal(rows.count, drafted.length + 1);
        const stepwise = await opened(target, tokens.slice(0, 4));
        for (let i = 0; i <= drafted.length; i++) {
          if (greedy && rows.ids[i] === -1) break;
          same(rows, i, await stepwise.verify([], { topK }), 0, `row ${i}`);
          await stepwise.commit([]);
          if (i < drafted.length) await stepwise.append([drafted[i]!]);
        }
      }),
    },
    {
      name: "scores each branch of a tree as a line of its own, and keeps the chosen one",
      run: with_(async (target, tokens) => {
        if (!target.capabilities.trees) return;
        const [a, b, c, d] = tokens.slice(4, 8) as [Token, Token, Token, Token];
        // trunk a b; branches c d, d c and d d
        const nodes: DraftNode[] = [
          { token: a, parent: -1 },
          { token: b, parent: 0 },
          { token: c, parent: 1 },
          { token: d, parent: 2 },
          { token: d, parent: 1 },
          { token: c, parent: 4 },
          { token: d, parent: 4 },
        ];
        for (const path of [[0, 1, 2, 3], [0, 1, 4, 5], [0, 1, 4, 6], [0], []]) {
          const sequence = await opened(target, tokens.slice(0, 4));
          const rows = await sequence.verify(nodes, { topK });
          const words = path.map((index) => nodes[index]!.token);
          const alone = await opened(target, tokens.slice(0, 4));
          const expected = await alone.verify(lineDraft(words), { topK });
          path.forEach((index, i) => {
            same(rows, index + 1, expected, i + 1, `branch ${path}, node ${index}`);
          });
          await sequence.commit(path);
          await sequence.append([c]);
          assert.equal(sequence.length, 4 + path.length + 1);
          const reference = await opened(target, [...tokens.slice(0, 4), ...words, c]);
          same(
            await sequence.verify([], { topK }),
            0,
            await reference.verify([], { topK }),
            0,
            `after branch ${path}`,
          );
          await sequence.dispose();
          await alone.dispose();
          await reference.dispose();
        }
      }),
    },
    {
      name: "forgets rejected nodes",
      run: with_(async (target, tokens) => {
        if (!target.capabilities.rewind) return;
        const sequence = await opened(target, tokens.slice(0, 4));
        await sequence.verify(lineDraft([...tokens.slice(4, 6), tokens[0]!, tokens[1]!]));
        await sequence.commit([0, 1]);
        await sequence.append([tokens[6]!]);
        assert.equal(sequence.length, 7);
        const reference = await opened(target, tokens.slice(0, 7));
        same(
          await sequence.verify([], { topK }),
          0,
          await reference.verify([], { topK }),
          0,
          "after the rejection",
        );
      }),
    },
    {
      name: "rewinds to any length, with and without nodes waiting",
      run: with_(async (target, tokens) => {
        if (!target.capabilities.rewind) return;
        const sequence = await opened(target, tokens.slice(0, 8));
        await sequence.verify(lineDraft(tokens.slice(8, 10)));
        await sequence.truncate(sequence.length);
        assert.equal(sequence.length, 8);
        await sequence.truncate(3);
        assert.equal(sequence.length, 3);
        await sequence.append(tokens.slice(5, 9));
        const reference = await opened(target, [...tokens.slice(0, 3), ...tokens.slice(5, 9)]);
        same(
          await sequence.verify([], { topK }),
          0,
          await reference.verify([], { topK }),
          0,
          "after the rewind",
        );
        await sequence.truncate(0);
        await sequence.append(tokens.slice(2, 6));
        const other = await opened(target, tokens.slice(2, 6));
        same(
          await sequence.verify([], { topK }),
          0,
          await other.verify([], { topK }),
          0,
          "from nothing",
        );
      }),
    },
    {
      name: "gives rows sorted, with a normaliser and an entropy that fit them",
      ...notGreedy,
      run: with_(async (target, tokens) => {
        const sequence = await opened(target, tokens.slice(0, 4));
        const rows = await sequence.verify(lineDraft(tokens.slice(4, 7)), {
          topK: 4,
          logsumexp: true,
          entropy: true,
        });
        assert.equal(rows.k, 4);
        assert.equal(rows.ids.length, rows.count * rows.k);
        for (let row = 0; row < rows.count; row++) {
          const logits = [...rows.logits.subarray(row * 4, row * 4 + 4)];
          assert.deepEqual(
            logits,
            logits.toSorted((a, b) => b - a),
          );
          assert.equal(new Set(rows.ids.subarray(row * 4, row * 4 + 4)).size, 4);
          if (!target.capabilities.exactNormalizer) continue;
          assert.ok(rows.logsumexp![row]! >= logits[0]! - 1e-3);
          const entropy = rows.entropy![row]!;
          assert.ok(entropy >= -1e-3 && entropy <= Math.log(target.capabilities.vocabSize) + 1e-3);
        }
      }),
    },
    {
      name: "keeps two sequences apart",
      run: with_(async (target, tokens) => {
        const left = await opened(target, tokens.slice(0, 4));
        const right = await opened(target, tokens.slice(4, 9));
        await left.verify(lineDraft(tokens.slice(4, 6)));
        await right.verify(lineDraft(tokens.slice(0, 2)));
        await left.commit([0]);
        await right.commit([]);
        await left.append([tokens[5]!]);
        const reference = await opened(target, tokens.slice(0, 6));
        same(await left.verify([], { topK }), 0, await reference.verify([], { topK }), 0, "left");
      }),
    },
    {
      name: "answers sequences that ask at the same moment as it answers each alone",
      run: with_(async (target, tokens) => {
        const starts = [2, 4, 5];
        const greedy = async (start: number): Promise<[Rows[], Token[]]> => {
          const sequence = await opened(target, tokens.slice(0, start));
          const rows: Rows[] = [];
          const fed: Token[] = [];
          for (let step = 0; step < 4; step++) {
            const drafted = tokens.slice(start, start + ((start + step) % 3));
            rows.push(await sequence.verify(lineDraft(drafted), { topK }));
            await sequence.commit(drafted.map((_, i) => i));
            const next = tokens[(start + 3 * step) % tokens.length]!;
            await sequence.append([next]);
            fed.push(...drafted, next);
          }
          await sequence.dispose();
          return [rows, fed];
        };
        const alone: [Rows[], Token[]][] = [];
        for (const start of starts) alone.push(await greedy(start));
        // Another one gives up in the middle of it.
        const leaving = await opened(target, tokens.slice(0, 7));
        const controller = new AbortController();
        const left = leaving.verify(lineDraft(tokens.slice(7, 9)), { signal: controller.signal });
        const together = Promise.all(starts.map(greedy));
        controller.abort();
        await left.catch(() => {});
        for (const [at, [rows, fed]] of (await together).entries()) {
          const [expected, expectedFed] = alone[at]!;
          assert.deepEqual(fed, expectedFed);
          for (const [step, own] of rows.entries()) {
            assert.equal(own.count, expected[step]!.count);
            for (let row = 0; row < own.count; row++) {
              same(own, row, expected[step]!, row, `sequence ${at}, step ${step}, row ${row}`);
            }
          }
        }
        await leaving.dispose();
      }),
    },
    {
      name: "stops at an aborted signal and stays usable",
      run: with_(async (target, tokens) => {
        const sequence = await opened(target, tokens.slice(0, 6));
        const signal = AbortSignal.abort();
        await assert.rejects(sequence.verify(lineDraft(tokens.slice(6, 8)), { signal }));
        await sequence.truncate(sequence.length);
        const reference = await opened(target, tokens.slice(0, 6));
        same(
          await sequence.verify([], { topK }),
          0,
          await reference.verify([], { topK }),
          0,
          "after the abort",
        );
      }),
    },
    {
      name: "samples the same with the same seed, along a path of the draft",
      ...notGreedy,
      run: with_(async (target, tokens) => {
        const nodes = lineDraft(tokens.slice(4, 8));
        const draw = async (seed: number) => {
          const sequence = await opened(target, tokens.slice(0, 4));
          const { verdict } = await sequence.verify(nodes, {
            sampling: { temperature: 1, topP: 0.95, seed },
          });
          await sequence.dispose();
          assert.ok(verdict, "no verdict");
          verdict.path.forEach((index, i) => {
            assert.equal(nodes[index]!.parent, verdict.path[i - 1] ?? -1);
          });
          assert.ok(verdict.next >= 0 && verdict.next < target.capabilities.vocabSize);
          return verdict;
        };
        assert.deepEqual(await draw(7), await draw(7));
      }),
    },
    {
      name: "spells tokens one by one as it spells them together",
      run: with_(async (target, tokens) => {
        const whole = Buffer.from(await target.detokenize(tokens));
        const parts = await Promise.all(tokens.map((token) => target.detokenize([token])));
        assert.equal(Buffer.concat(parts).toString("latin1"), whole.toString("latin1"));
        assert.equal(target.isEnd(tokens[0]!), false);
      }),
    },
    {
      name: "can be disposed twice",
      run: with_(async (target, tokens) => {
        const sequence = await opened(target, tokens.slice(0, 4));
        await sequence.dispose();
        await sequence.dispose();
        await target.dispose();
      }),
    },
  ];
}

async function opened(target: TokenTarget, tokens: readonly Token[]): Promise<Sequence> {
  const sequence = await target.open();
  await sequence.append(tokens);
  return sequence;
}

function lineDraft(tokens: readonly Token[]): DraftNode[] {
  return tokens.map((token, i) => ({ token, parent: i - 1 }));
}

/** The same choice, unless two tokens are nearly tied; the same logits, within the tolerance. */
function assertSameRow(
  left: Rows,
  l: number,
  right: Rows,
  r: number,
  tolerance: number,
  what: string,
): void {
  const top = left.logits[l * left.k]!;
  const other = right.logits[r * right.k]!;
  assert.ok(Math.abs(top - other) <= tolerance, `${what}: logits ${top} and ${other}`);
  const gap = top - (left.logits[l * left.k + 1] ?? Number.NEGATIVE_INFINITY);
  if (gap > 2 * tolerance || tolerance === 0) {
    assert.equal(left.ids[l * left.k], right.ids[r * right.k], `${what}: different choice`);
  }
}
