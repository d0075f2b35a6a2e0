import { describe, expect, it } from "vitest";
import { RedraftError } from "../../core/errors.ts";
import type { CarriedProof } from "../../core/merge.ts";
import type { EditRequest } from "../../core/request.ts";
import { createTextStore, textHash } from "../../core/text-store.ts";
import { createRedraft } from "../../redraft/create-redraft.ts";
import { splitLines } from "../../text/lines.ts";

const redraft = createRedraft();
const path = "src/jobs.py";
const base = `import os
import sys

LIMIT = 10


def read(path):
    with open(path) as file:
        return file.read()


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


def main():
    for path in sys.argv[1:]:
        write(path, read(path).strip())


main()
`;
const current = base
  .replace("import os\n", "import os\nimport re\n")
  .replace("LIMIT = 10", "LIMIT = 20")
  .replace("\n\nmain()\n", '\n\nif __name__ == "__main__":\n    main()\n');
const wanted = current.replace("open(path) as", 'open(path, encoding="utf-8") as');
const edited = base.replace("open(path) as", 'open(path, encoding="utf-8") as');

const edits: Record<string, string> = {
  lazy: `# ... existing code ...\ndef read(path):\n    with open(path, encoding="utf-8") as file:\n        return file.read()\n# ... existing code ...\n`,
  "search-replace": `<<<<<<< SEARCH\n    with open(path) as file:\n=======\n    with open(path, encoding="utf-8") as file:\n>>>>>>> REPLACE\n`,
  "unified-diff": `@@ -7,3 +7,3 @@\n def read(path):\n-    with open(path) as file:\n+    with open(path, encoding="utf-8") as file:\n         return file.read()\n`,
  patch: `*** Begin Patch\n*** Update File: src/jobs.py\n@@\n def read(path):\n-    with open(path) as file:\n+    with open(path, encoding="utf-8") as file:\n*** End Patch\n`,
  whole: edited,
};

async function refusal(request: Partial<EditRequest>): Promise<RedraftError> {
  const error = await redraft
    .apply({ path, source: current, edit: "", base, ...request })
    .catch((caught: unknown) => caught);
  if (RedraftError.is(error)) return error;
  throw new Error("it was not refused");
}

/** Whether a proof tells the truth about every line of the file, the edit aside. */
function holds(source: string, text: string, proof: CarriedProof): void {
  const before = splitLines(source).map((line) => line.text);
  const after = splitLines(text).map((line) => line.text);
  expect(proof.result).toHaveLength(after.length);
  expect(proof.source).toHaveLength(before.length);
  for (const [r, origin] of proof.result.entries()) {
    if (origin.from === "edit") {
      expect(proof.edit[origin.edit]).toEqual({ fate: "placed", result: r });
      continue;
    }
    if (origin.from !== "source") continue;
    expect(before[origin.source]).toBe(after[r]);
    expect(proof.source[origin.source]).toMatchObject({ fate: "kept", result: r });
  }
  for (const [line, fate] of proof.source.entries()) {
    if (fate.fate === "kept") expect(proof.result[fate.result]).toMatchObject({ source: line });
  }
}

describe("an edit that was written for an older text", () => {
  it.each(Object.keys(edits))(
    "is carried over from %s, with the account of every line",
    async (name) => {
      const result = await redraft.apply({ path, source: current, edit: edits[name]!, base });
      expect(result.format.name).toBe(name);
      expect(result.text).toBe(wanted);
      expect(result.routeReason).toContain("carried over");
      const proof = result.proof as CarriedProof;
      holds(current, wanted, proof);
      expect(proof.base.source).toHaveLength(splitLines(base).length);
      // Each line that was added is the edit's, each that is gone was dropped or replaced.
      expect(proof.result.filter((origin) => origin.from === "edit")).toHaveLength(1);
      expect(proof.source.filter(({ fate }) => fate !== "kept")).toHaveLength(1);
    },
  );

  it("is an edit like any other where the file is that text still", async () => {
    const edit = edits.lazy!;
    const { ms: _, ...plain } = await redraft.apply({ path, source: base, edit });
    const { ms: __, ...same } = await redraft.apply({ path, source: base, edit, base });
    expect(same).toEqual(plain);
  });

  it("changes nothing where somebody made the same change, and accounts for its lines", async () => {
    const result = await redraft.apply({ path, source: wanted, edit: edits.patch!, base });
    expect(result).toMatchObject({ text: wanted, changed: false });
    const fates = result.proof!.edit.map(({ fate }) => fate);
    expect(fates).toEqual(["matched", "gone", "present"]);
  });

  it("is refused where the other change overlaps, with both sides", async () => {
    const source = current.replace("open(path) as", "gzip.open(path) as");
    for (const edit of Object.values(edits)) {
      const error = await refusal({ source, edit });
      expect(error.code).toBe("stale-file");
      expect(error.message).toContain(
        'line 8 of the base ("with open(path) as file:") is now line 9 of the file ("with gzip.open(path) as file:")',
      );
      expect(error.details.conflicts).toMatchObject([{ edit: { firstLine: 8, lastLine: 8 } }]);
    }
  });

  it("deletes no file that changed since", async () => {
    const edit = "*** Begin Patch\n*** Delete File: src/jobs.py\n*** End Patch\n";
    expect((await refusal({ edit })).message).toContain("delete it if you still want to");
  });

  it("is refused where both changes are sound and the file with both is not", async () => {
    const before =
      "function a() {\n  one();\n  two();\n  three();\n  four();\n  five();\n  six();\n}\n";
    const error = await refusal({
      path: "a.js",
      base: before,
      source: before.replace("  two();\n", "  two(); /* open\n").replace("  six();", "  */ six();"),
      edit: before.replace("  four();", "  /* four */"),
      format: "whole",
    });
    expect(error.code).toBe("stale-file");
    expect(error.message).toContain("is sound in that version, but introduces 2 syntax errors");
  });

  it("says where lines are counted, and carries candidates over", async () => {
    const before = "start\nx = 1\nmiddle\nx = 1\nend\n";
    const error = await refusal({
      path: "a.txt",
      base: before,
      source: `new\n${before}`,
      edit: "<<<<<<< SEARCH\nx = 1\n=======\nx = 2\n>>>>>>> REPLACE\n",
    });
    expect(error.code).toBe("ambiguous");
    expect(error.message).toContain(
      "Line numbers refer to the version that the edit was written for",
    );
    const candidates = error.details.candidates as string[];
    expect(candidates.length).toBeGreaterThan(1);
    for (const text of candidates) expect(text).toMatch(/^new\nstart\n/);
    expect(
      (await refusal({ edit: edits.patch!.replace("def read", "def nothing") })).message,
    ).toContain("Line numbers refer to the version");
  });
});

describe("a base by its hash", () => {
  it("is an earlier source or result of the same engine", async () => {
    const engine = createRedraft();
    const first = await engine.apply({ path, source: base, edit: edits.whole! });
    const edit = edits.patch!.replaceAll("utf-8", "latin-1");
    const bySource = { path, source: current, edit, base: { hash: textHash(base).slice(0, 12) } };
    expect((await engine.apply(bySource)).text).toBe(wanted.replace("utf-8", "latin-1"));
    const later = "<<<<<<< SEARCH\nmain()\n=======\nsys.exit(main())\n>>>>>>> REPLACE\n";
    const byResult = { hash: textHash(first.text!) };
    const source = `# mine\n${first.text}`;
    expect((await engine.apply({ path, source, edit: later, base: byResult })).text).toBe(
      source.replace(/main\(\)\n$/, "sys.exit(main())\n"),
    );
  });

  it("is refused where no text is known by it", async () => {
    const error = await refusal({ edit: edits.patch!, base: { hash: "0123456789abcdef" } });
    expect(error.code).toBe("stale-file");
    expect(error.message).toContain("with the hash 0123456789abcdef");
    expect(error.message).toContain("Read the file again");
  });
});

describe("the text store", () => {
  it("forgets what was not used for the longest time", () => {
    const store = createTextStore(2_500);
    const texts = ["a", "b", "c"].map((letter) => letter.repeat(400));
    for (const text of texts.slice(0, 2)) store.add(text);
    expect(store.find(textHash(texts[0]!))).toBe(texts[0]);
    store.add(texts[2]!);
    expect(store.find(textHash(texts[0]!))).toBe(texts[0]);
    expect(store.find(textHash(texts[1]!))).toBeUndefined();
    store.add("d".repeat(5_000));
    expect(store.find(textHash(texts[2]!))).toBe(texts[2]);
  });

  it("knows a text by the hash that was handed out, and by the beginning of it where that is unique", () => {
    const store = createTextStore();
    store.add("one", "aaaaaaaa11111111");
    store.add("two", "aaaaaaaa22222222");
    expect(store.find("AAAAAAAA1")).toBe("one");
    expect(store.find("sha256:aaaaaaaa22222222")).toBe("two");
    expect(store.find("aaaaaaaa")).toBeUndefined();
    expect(store.find("aaaa")).toBeUndefined();
  });
});
