import { applyPatch } from "diff";
import { describe, expect, it } from "vitest";
import { randomOf } from "../../test/merge/generate.ts";
import type { FinalHunk } from "../redraft/stream/final-hunks.ts";
import { diffWriter } from "./stream-diff.ts";

const header = "--- a/x\n+++ b/x\n";

describe("diffWriter", () => {
  it("writes a diff that applies, however early the hunks are final", () => {
    for (let seed = 0; seed < 200; seed++) {
      const random = randomOf(seed);
      const source = Array.from({ length: 5 + random(60) }, (_, line) => `line ${line}\n`);
      let patch = "";
      const writer = diffWriter(source, header, (text) => {
        patch += text;
      });
      const wanted = [...source];
      const all: FinalHunk[] = [];
      for (let at = random(6); at < source.length - 2; at += 3 + random(12)) {
        const end = Math.min(source.length, at + random(3));
        const lines = Array.from(
          { length: (end === at ? 1 : 0) + random(3) },
          (_, n) => `new ${at} ${n}\n`,
        );
        all.push({ start: at, end, lines });
        at = end;
      }
      for (const { start, end, lines } of all.toReversed())
        wanted.splice(start, end - start, ...lines);
      for (let from = 0; from < all.length; ) {
        const to = Math.min(all.length, from + 1 + random(2));
        const last = all[to - 1]!;
        const room = (all[to]?.start ?? source.length) - last.end;
        writer.write(all.slice(from, to), last.end + 1 + random(Math.max(1, room)));
        from = to;
      }
      if (all.length > 0)
        expect(applyPatch(source.join(""), patch), `${seed}`).toBe(wanted.join(""));
    }
  });

  it("shows as many lines before a change as behind it, where what follows is open", () => {
    const source = Array.from({ length: 20 }, (_, line) => `${line}\n`);
    let patch = "";
    const writer = diffWriter(source, header, (text) => {
      patch += text;
    });
    writer.write([{ start: 9, end: 10, lines: ["nine\n"] }], 11);
    expect(patch).toBe(`${header}@@ -9,3 +9,3 @@\n 8\n-9\n+nine\n 10\n`);
    writer.write([{ start: 19, end: 20, lines: ["last"] }], 20);
    expect(patch).toContain(
      "@@ -17,4 +17,4 @@\n 16\n 17\n 18\n-19\n+last\n\\ No newline at end of file\n",
    );
  });
});
