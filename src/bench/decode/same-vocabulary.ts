import { RedraftError } from "../../core/errors.ts";
import type { TokenTarget } from "../../core/target.ts";

interface Spelled extends Pick<TokenTarget, "name" | "detokenize"> {
  readonly capabilities: Pick<TokenTarget["capabilities"], "vocabSize">;
}

/** Tokens that are compared. Families that differ do so within the first few hundred. */
const compared = 4096;

/**
 * A draft model's token ids must mean the same as the target's. Vocabularies of one family may be padded to different
 * sizes: ids that only the draft model has are never verified. Throws `usage` at the first id that differs.
 */
export async function requireSameVocabulary(target: Spelled, draft: Spelled): Promise<void> {
  const size = Math.min(target.capabilities.vocabSize, draft.capabilities.vocabSize);
  const step = Math.max(1, Math.floor(size / compared));
  const ids = Array.from({ length: Math.ceil(size / step) }, (_, i) => i * step);
  const texts = async ({ detokenize }: Spelled): Promise<Buffer[]> => {
    await detokenize(ids);
    return Promise.all(ids.map(async (id) => Buffer.from(await detokenize([id]))));
  };
  const [ours, theirs] = [await texts(target), await texts(draft)];
  const different = ids.find((_, i) => !ours[i]!.equals(theirs[i]!));
  if (different === undefined) return;
  throw new RedraftError(
    "usage",
    `${draft.name} has another vocabulary than ${target.name} (token ${different} differs), so it cannot draft for it; name a smaller model of the same family`,
  );
}
