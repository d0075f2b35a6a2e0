import { updateFile } from "../../src/workspace/update.ts";

/** Turns a file over and over between two texts until it is killed, so that it is nearly always writing. */
const [path, lines] = process.argv.slice(2) as [string, string];
const [one, other] = ["a", "b"].map((letter) => `${letter.repeat(60)}\n`.repeat(Number(lines)));
process.stdout.write("ready\n");
for (;;) {
  await updateFile(path, async ({ text }) => ({
    text: text === one ? other! : one!,
    action: "update",
  }));
}
