// A compiler for tests: every line with BUG in it is an error. Words: the files; --exit <code>, --say <text> instead of that.
import { readFileSync } from "node:fs";

const words = process.argv.slice(2);
if (words[0] === "--say") {
  process.stdout.write(`${words[1]}\n`);
  process.exit(3);
}
let found = 0;
for (const file of words) {
  for (const [index, line] of readFileSync(file, "utf8").split("\n").entries()) {
    const at = line.indexOf("BUG");
    if (at < 0) continue;
    found += 1;
    process.stderr.write(`${file}:${index + 1}:${at + 1}: error: ${line.trim()} is wrong\n`);
  }
}
process.exit(found > 0 ? 1 : 0);
