import { describe, expect, it } from "vitest";
import { refineEdit } from "./refine-edit.ts";

const before = "a\nkeep\nb\nkeep 2\nc\nkeep 3\nd\n";
const after = "A\nkeep\nB\nkeep 2\nC\nkeep 3\nD\n";
const files = [{ path: "f", before, after }];
const sure = (...texts: readonly string[]) => texts.map((text) => ({ text, confidence: 1 }));
const check = (fits: (text: string) => boolean) => async (texts: ReadonlyMap<string, string>) => {
  const ok = fits(texts.get("f") ?? before);
  return ok ? { ok } : { ok, why: "it is refused" };
};

describe("an edit with a bad hunk", () => {
  it("is made without it", async () => {
    const { texts, hunks } = await refineEdit(
      files,
      check((text) => !text.includes("C")),
    );
    expect(texts.get("f")).toBe(after.replace("C", "c"));
    expect(hunks.map(({ state }) => state)).toEqual(["kept", "kept", "left out", "kept"]);
    expect(hunks[2]).toEqual({ path: "f", line: 5, state: "left out", why: "it is refused" });
  });

  it("keeps hunks that need each other", async () => {
    const together = (text: string): boolean => text.includes("A") === text.includes("D");
    const { texts } = await refineEdit(
      files,
      check((text) => together(text) && !text.includes("B")),
    );
    expect(texts.get("f")).toBe(after.replace("B", "b"));
  });

  it("tries a hunk again when the one that it needs is kept, with two bad ones", async () => {
    const fits = (text: string): boolean =>
      !/[BD]/u.test(text) && (text.includes("C") || !text.includes("A"));
    const { texts } = await refineEdit(files, check(fits));
    expect(texts.get("f")).toBe("A\nkeep\nb\nkeep 2\nC\nkeep 3\nd\n");
  });

  it("is mended where other texts pass, and the first that passes is taken", async () => {
    const { texts, hunks } = await refineEdit(
      files,
      check((text) => !/[CX]/u.test(text)),
      { mend: async (_path, text) => sure(text.replace("C", "X"), text.replace("C", "Y")) },
    );
    expect(texts.get("f")).toBe(after.replace("C", "Y"));
    expect(hunks[2]!.state).toBe("mended");
  });

  it("is mended with the hunks that need it", async () => {
    const fits = (text: string): boolean =>
      !text.includes("C") && text.includes("D") === text.includes("Y");
    const { texts, hunks } = await refineEdit(files, check(fits), {
      mend: async (_path, text) => sure(text.replace("C", "Y")),
    });
    expect(texts.get("f")).toBe(after.replace("C", "Y"));
    expect(hunks.map(({ state }) => state)).toEqual(["kept", "kept", "mended", "kept"]);
  });

  it("is mended after others are left out", async () => {
    const { hunks } = await refineEdit(
      files,
      check((text) => !/[BC]/u.test(text)),
      { mend: async (_path, text) => sure(text.replace("C", "Y")) },
    );
    expect(hunks.map(({ state }) => state)).toEqual(["kept", "left out", "mended", "kept"]);
  });

  it("is mended only by what is likely, the likeliest first", async () => {
    const refined = (leastConfidence?: number) =>
      refineEdit(
        files,
        check((text) => !text.includes("C")),
        {
          mend: async (_path, text) =>
            [0.79, 0.8, 0.9].map((confidence) => ({
              text: text.replace("C", `is ${confidence}`),
              confidence: confidence === 0.9 && leastConfidence === undefined ? 0.7 : confidence,
            })),
          leastConfidence,
        },
      );
    expect((await refined()).texts.get("f")).toBe(after.replace("C", "is 0.8"));
    expect((await refined(0.5)).texts.get("f")).toBe(after.replace("C", "is 0.9"));
    expect((await refined(0.95)).hunks[2]!.state).toBe("left out");
  });

  it("is not checked twice with the same hunks, nor whole where that is known", async () => {
    const asked: string[] = [];
    const refuse = async (texts: ReadonlyMap<string, string>) => {
      asked.push(texts.get("f")!);
      return { ok: false };
    };
    const { checks, hunks } = await refineEdit(files, refuse, { whole: { ok: false, why: "no" } });
    expect(hunks.every(({ state }) => state === "left out")).toBe(true);
    expect(new Set(asked).size).toBe(asked.length);
    expect(asked).not.toContain(after);
    expect(checks).toBe(asked.length);
  });

  it("is left out whole where nothing passes, and made at once where all does", async () => {
    const none = await refineEdit(
      files,
      check((text) => text === before),
    );
    expect(none.texts.size).toBe(0);
    const all = await refineEdit(
      files,
      check(() => true),
    );
    expect([all.texts.get("f"), all.checks]).toEqual([after, 1]);
  });

  it("ends at the signal", async () => {
    const signal = AbortSignal.abort();
    await expect(
      refineEdit(
        files,
        check(() => true),
        { signal },
      ),
    ).rejects.toThrow();
  });
});

it("any hunk of lines is placed exactly", async () => {
  const texts = ["", "a", "a\n", "a\nb", "a\nb\n", "b\n", "\na", "a\n\nb", "c\na\nb\nd"];
  for (const before of texts) {
    for (const after of texts) {
      const made = await refineEdit([{ path: "f", before, after }], async () => ({ ok: true }));
      expect(made.texts.get("f") ?? before, JSON.stringify([before, after])).toBe(after);
    }
  }
});
