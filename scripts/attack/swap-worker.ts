import { lstatSync, renameSync } from "node:fs";

/**
 * Swaps two names until it is killed: `swap-worker.ts <name> <name>`. At once where the system can (renameat2 through koffi), else
 * by three renames. Says "ready", and how, when it begins.
 */
const [one, other] = process.argv.slice(2) as [string, string];

async function exchange(): Promise<(() => void) | undefined> {
  try {
    const { default: koffi } = await import("koffi");
    const renameat2 = koffi
      .load(null)
      .func("int renameat2(int fromAt, const char *from, int toAt, const char *to, uint flags)");
    const here = -100;
    const swap = (): void => void renameat2(here, one, here, other, 2);
    const before = lstatSync(one).ino;
    swap();
    return lstatSync(one).ino === before ? undefined : swap;
  } catch {
    return undefined;
  }
}

function byRenames(): void {
  const spare = `${one}.spare`;
  renameSync(one, spare);
  renameSync(other, one);
  renameSync(spare, other);
}

const swap = await exchange();
process.stdout.write(`ready ${swap === undefined ? "by renames" : "at once"}\n`);
const until = (time: number): void => {
  while (performance.now() < time);
};
for (;;) {
  (swap ?? byRenames)();
  // Both states must last for about as long as a call takes, or none is ever met half-way.
  until(performance.now() + Math.random() * Math.random() * 10);
}
