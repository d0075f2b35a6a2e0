import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRedraft } from "../src/redraft/create-redraft.ts";
import { updateFile } from "../src/workspace/update.ts";
import {
  accessList,
  aclName,
  attributeSupport,
  attributesOf,
  setOn,
} from "./support/attributes.ts";

const { calls, missing } = await attributeSupport();
const redraft = createRedraft();
let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "redraft-bytes-"));
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await redraft.dispose();
});

/** 6 x 4 x 2 x 3 = 144 files, each in 5 surroundings. */
const encodings: Readonly<Record<string, (text: string) => Buffer>> = {
  "utf-8": (text) => Buffer.from(text),
  "utf-8 with a mark": (text) => Buffer.from(`\uFEFF${text}`),
  "utf-16le": (text) => Buffer.from(`\uFEFF${text}`, "utf16le"),
  "utf-16be": (text) => Buffer.from(`\uFEFF${text}`, "utf16le").swap16(),
  "latin-1": (text) => Buffer.from(text, "latin1"),
  "utf-8 with a stray byte": (text) =>
    Buffer.concat([
      Buffer.from(text.slice(0, 20)),
      Buffer.from([0xff]),
      Buffer.from(text.slice(20)),
    ]),
};
const lineEnds: Readonly<Record<string, readonly string[]>> = {
  LF: ["\n"],
  CRLF: ["\r\n"],
  CR: ["\r"],
  // A CR before an empty line with LF would be one CRLF.
  mixed: ["\r\n", "\n", "\n", "\r"],
};
const finals = { "a final newline": true, "no final newline": false };
const modes = [0o600, 0o644, 0o755];

const lines = [
  "const größe = 1; \t",
  "  // àéîõü ÿ",
  "const two = 2;",
  "",
  "\tfunction three() { return 'ß'; }   ",
  "const four = 4;",
  "// the end",
];

function textOf(replaced: string, ends: readonly string[], final: boolean): string {
  return lines
    .map((line, index) => {
      const last = index === lines.length - 1;
      const text = line === "const two = 2;" ? replaced : line;
      return last && !final ? text : text + ends[index % ends.length]!;
    })
    .join("");
}

interface Surroundings {
  readonly name: string;
  /** Prepares the file; answers the path to edit and what is to be so afterwards. */
  prepare(path: string): { readonly edited: string; check(): void };
}

const surroundings: Surroundings[] = [
  { name: "alone", prepare: (path) => ({ edited: path, check: () => {} }) },
  {
    name: "a link to it",
    prepare(path) {
      symlinkSync("file", `${path}.link`);
      const check = (): void => {
        expect(lstatSync(`${path}.link`).isSymbolicLink()).toBe(true);
        expect(readlinkSync(`${path}.link`)).toBe("file");
      };
      return { edited: `${path}.link`, check };
    },
  },
  {
    name: "a second name",
    prepare(path) {
      linkSync(path, `${path}.second`);
      const before = readFileSync(path);
      // Not written through: the other name keeps the old text (docs/guide/safety.md).
      return { edited: path, check: () => expect(readFileSync(`${path}.second`)).toEqual(before) };
    },
  },
  ...(missing === undefined
    ? [
        {
          name: "with an ACL",
          prepare(path: string) {
            setOn(calls, path, aclName, accessList(4));
            return keepsAttributes(path);
          },
        },
        {
          name: "with attributes",
          prepare(path: string) {
            setOn(calls, path, "user.note", Buffer.from([1, 0, 255]));
            return keepsAttributes(path);
          },
        },
      ]
    : []),
];

function keepsAttributes(path: string): ReturnType<Surroundings["prepare"]> {
  const before = attributesOf(calls, path);
  return { edited: path, check: () => expect(attributesOf(calls, path)).toEqual(before) };
}

const edits: readonly string[] = [
  "<<<<<<< SEARCH\nconst two = 2;\n=======\nconst two = 22;\n>>>>>>> REPLACE\n",
  "// ... existing code ...\nconst two = 22;\n\n\tfunction three() { return 'ß'; }   \n// ... existing code ...\n",
  JSON.stringify({ old_string: "two = 2;", new_string: "two = 22;" }),
];

describe(`bytes and metadata outside of an edit${missing ? ` (no ACLs, no attributes: ${missing})` : ""}`, () => {
  for (const [encoding, encode] of Object.entries(encodings)) {
    for (const [end, ends] of Object.entries(lineEnds)) {
      it(`${encoding}, ${end}: stay`, async () => {
        let round = 0;
        for (const final of Object.values(finals)) {
          for (const mode of modes) {
            for (const { name, prepare } of surroundings) {
              const path = join(mkdtempSync(join(folder, "x")), "file");
              writeFileSync(path, encode(textOf("const two = 2;", ends, final)));
              chmodSync(path, mode);
              const { edited, check } = prepare(path);
              const before = statSync(path);
              const edit = edits[round++ % edits.length]!;
              const request = (source: string) => ({ path: "file.ts", source, edit });
              await updateFile(edited, ({ text }) => redraft.apply(request(text)));
              const label = `${encoding}, ${end}, final ${final}, ${mode.toString(8)}, ${name}`;
              const expected = encode(textOf("const two = 22;", ends, final));
              expect(readFileSync(path), label).toEqual(expected);
              const { mode: kept, uid, gid } = statSync(path);
              expect({ kept, uid, gid }, label).toEqual({
                kept: before.mode,
                uid: before.uid,
                gid: before.gid,
              });
              check();
            }
          }
        }
        expect(round).toBe(2 * 3 * surroundings.length);
      });
    }
  }
});
