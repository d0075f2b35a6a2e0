import { createHash } from "node:crypto";

/** Returns the items in an order that follows from the seed alone: the same in every run and in every language. */
export function shuffled<Item>(items: readonly Item[], seed: string): Item[] {
  const keys = items.map((_, i) => createHash("sha256").update(`${seed} ${i}`).digest("hex"));
  const order = items.map((_, i) => i).sort((a, b) => (keys[a]! < keys[b]! ? -1 : 1));
  return order.map((i) => items[i]!);
}
