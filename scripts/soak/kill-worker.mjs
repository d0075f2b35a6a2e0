/**
 * Turns a file over and over between two texts until it is killed, so that it is nearly always writing.
 * argv: where the code is (src or dist), its extension, the file, its lines.
 */
import { pathToFileURL } from "node:url";

const [base, extension, path, lines] = process.argv.slice(2);
const { updateFile } = await import(`${pathToFileURL(base)}/workspace/update.${extension}`);
const [one, other] = ["a", "b"].map((letter) => `${letter.repeat(60)}\n`.repeat(Number(lines)));
process.stdout.write("ready\n");
for (;;) {
  await updateFile(path, async ({ text }) => ({
    text: text === one ? other : one,
    action: "update",
  }));
}
