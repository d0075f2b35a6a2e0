import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import type { RedraftError } from "../src/core/errors.ts";
import { createRedraft } from "../src/redraft/create-redraft.ts";
import { updateFile } from "../src/workspace/update.ts";

/**
 * One folder per case: `before.*` (absent: the file does not exist), `edit.txt` as it was written, `after.*`,
 * and `case.json` that says what it shows. Bytes are compared, not texts.
 */
interface Case {
  readonly shows: string;
  /** What the detector must take it for. */
  readonly format?: string;
  readonly path?: string;
  readonly deleted?: boolean;
  readonly unchanged?: boolean;
  readonly movedTo?: string;
  readonly refused?: {
    readonly code: string;
    /** What the message must name. */
    readonly says: readonly string[];
    readonly candidates?: number;
  };
}

const root = fileURLToPath(new URL("edits/", import.meta.url));
const work = mkdtempSync(join(tmpdir(), "redraft-golden-"));
const redraft = createRedraft();
afterAll(() => rmSync(work, { recursive: true, force: true }));

function fileOf(folder: string, stem: string): string | undefined {
  const name = readdirSync(folder).find((one) => one.startsWith(`${stem}.`));
  return name === undefined ? undefined : join(folder, name);
}

describe("golden edits", () => {
  for (const name of readdirSync(root)) {
    const folder = join(root, name);
    const wanted = JSON.parse(readFileSync(join(folder, "case.json"), "utf8")) as Case;
    it(`${name}: ${wanted.shows}`, async () => {
      const before = fileOf(folder, "before");
      const after = fileOf(folder, "after");
      const extension = extname(before ?? after ?? "a.txt");
      const path = join(work, name, wanted.path ?? `before${extension}`);
      mkdirSync(dirname(path), { recursive: true });
      if (before !== undefined) writeFileSync(path, readFileSync(before));
      const edit = readFileSync(join(folder, "edit.txt"), "utf8");
      const apply = updateFile(path, ({ text }) => redraft.apply({ path, source: text, edit }));
      if (wanted.refused) {
        const { code, says, candidates } = wanted.refused;
        const error = (await apply.then(
          (updated) => expect.unreachable(`wrote ${JSON.stringify(updated.result.text)}`),
          (one: unknown) => one,
        )) as RedraftError;
        expect(error.code, error.stack).toBe(code);
        for (const words of says) expect(error.message).toContain(words);
        if (candidates !== undefined) expect(error.details.candidates).toHaveLength(candidates);
        expect(readFileSync(path)).toEqual(readFileSync(before!));
        return;
      }
      const { result } = await apply;
      if (wanted.format !== undefined) expect(result.format).toMatchObject({ name: wanted.format });
      expect(result.route).toBe("merge");
      if (wanted.unchanged) expect(result.changed).toBe(false);
      if (wanted.deleted) {
        expect(existsSync(path)).toBe(false);
        return;
      }
      const target = wanted.movedTo === undefined ? path : join(work, name, wanted.movedTo);
      expect(readFileSync(target).toString("latin1")).toBe(readFileSync(after!).toString("latin1"));
      if (wanted.movedTo !== undefined) expect(existsSync(path)).toBe(false);
    });
  }
});
