import { describe, expect, it } from "vitest";
import { readEdit } from "../../edit/read.ts";
import { merge } from "../merge.ts";

function ambiguous(source: string, edit: string): { message: string; reading: unknown } {
  const outcome = merge(source, readEdit(edit, { path: "a.py", source }));
  if (outcome.kind !== "ambiguous") throw new Error(`${outcome.kind}`);
  return { message: outcome.message, reading: outcome.details.reading };
}

function refused(source: string, edit: string): { message: string; details: unknown } {
  const outcome = merge(source, readEdit(edit, { path: "a.py", source }));
  if (outcome.kind !== "refused") throw new Error(`${outcome.kind}`);
  return outcome;
}

describe("the message of an ambiguous edit", () => {
  it("names every place, with its surroundings", () => {
    const source = "a = 0\nx = 1\nb = 0\nc = 0\nd = 0\nx = 1\ne = 0\n";
    const { message, reading } = ambiguous(source, "@@\n-x = 1\n+x = 2\n");
    expect(message.split("\n")[0]).toBe(
      'Ambiguous: the block at edit line 2 ("x = 1") matches line 2 and line 6. Nothing was written. Add one or two unchanged lines around the change, for example the line that opens the enclosing function.',
    );
    expect(message).toContain("\nLine 2:\n     1 | a = 0\n     2 | x = 1\n");
    expect(message).toContain("\nLine 6:\n     4 | c = 0\n");
    expect(reading).toBe("another-place");
  });

  it("shows the versions where the place is one", () => {
    const source = "import a\n\n@cached\ndef read(path):\n    return open(path)\n";
    const edit =
      "# ... existing code ...\n@traced\ndef read(path):\n    return open(path)\n# ... existing code ...\n";
    const { message, reading } = ambiguous(source, edit);
    expect(message).toMatch(/^Ambiguous: the block at edit line 2 .* 2 possible results: /);
    expect(message).toMatch(
      /\nVersion 1, the text at line 3:\n {7}\| import a\n {7}\| \n {7}\| @cached\n {7}\| @traced\n/,
    );
    expect(message).toMatch(
      /\nVersion 2, the text at line 3:\n {7}\| import a\n {7}\| \n {7}\| @traced\n {7}\| def/,
    );
    expect(message).toContain(`(${reading})`);
    expect(reading).toBe("perhaps-replaced");
  });
});

describe("the message of a refused edit", () => {
  it("names no blank line as missing", () => {
    const { message, details } = refused("a = 1\nb = 2\n", "@@\n a = 1\n \n-gone()\n+new()\n");
    expect(message).toContain('Edit line 4 removes "gone()"');
    expect(message).not.toContain('("")');
    expect(details).toMatchObject({ missing: [{ editLine: 4 }] });
  });
});
