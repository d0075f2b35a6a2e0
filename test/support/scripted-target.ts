import type { Token } from "../../src/core/target.ts";
import { type FakeTarget, fakeTarget } from "../../src/engines/fake.ts";

/** The end token of scripted targets; all others are bytes of ASCII. */
export const scriptedEnd = 127;

/** By how much the written token leads where nothing else is said, and the one that comes second. */
export const scriptedLead = 5;
export const scriptedSecond = 1;

/**
 * A fake target that writes one text after a prompt of so many tokens, and then its end token, whatever it is fed.
 *
 * @param leads by place of the output, by how many logits the written token leads
 */
export function scriptedTarget(
  promptLength: number,
  text: string,
  leads: Readonly<Record<number, number>> = {},
): FakeTarget {
  const script: Token[] = [...Buffer.from(text), scriptedEnd];
  return fakeTarget({
    vocabSize: 128,
    end: scriptedEnd,
    logits(context) {
      const at = context.length - promptLength;
      const row = new Float32Array(128);
      const lead = leads[at] ?? scriptedLead;
      row[scriptedSecond] = 1;
      row[script[at] ?? scriptedEnd] = 1 + lead;
      return row;
    },
  });
}
