/** So many items may each be unsound by themselves; then those that were not looked at yet are left out, too. */
export const mostUnsound = 32;

/**
 * The items that are not sound. All are looked at together; only where they are not sound they are halved, until those are found that
 * are not: for n items, b of them unsound, about b log n looks and at most 32 log n.
 */
export async function unsoundItems<Item>(
  all: readonly Item[],
  areSound: (some: readonly Item[]) => Promise<boolean>,
): Promise<Map<Item, "unsound" | "not looked at">> {
  const found = new Map<Item, "unsound" | "not looked at">();
  let alone = 0;
  const look = async (some: readonly Item[]): Promise<void> => {
    if (some.length === 0) return;
    if (alone >= mostUnsound) {
      for (const one of some) found.set(one, "not looked at");
      return;
    }
    if (await areSound(some)) return;
    if (some.length === 1) {
      alone += 1;
      found.set(some[0]!, "unsound");
      return;
    }
    const known = found.size;
    const half = some.slice(some.length >> 1);
    await look(some.slice(0, some.length >> 1));
    await look(half);
    // Each half is sound, and both together are not.
    if (found.size === known) for (const one of half) found.set(one, "unsound");
  };
  await look(all);
  return found;
}
