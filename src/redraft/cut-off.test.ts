import { describe, expect, it } from "vitest";
import { createRedraft } from "./create-redraft.ts";

const source = `def get(url):
    kwargs = {"timeout": 3}
    return request(url, kwargs)


def put(url):
    return send(url)
`;
const sketch = `# ... existing code ...
    kwargs = {"timeout": 3}
    kwargs["retries"] = 2
    return request(url, kwargs)


def put(url):
# ... existing code ...
`;
const apply = (edit: string) =>
  createRedraft().apply({ path: "a.py", source, edit, format: "lazy" });

describe("a sketch that was cut off", () => {
  it.each(["    return req", '    kwargs = {"time', "def pu"])(
    "is refused: it ends with %j",
    async (end) => {
      const cut = sketch.slice(0, sketch.indexOf(end) + end.length);
      await expect(apply(cut)).rejects.toMatchObject({ name: "RedraftError" });
    },
  );

  const changed = '# ... existing code ...\ndef get(url):\n    kwargs = {"timeout": 4}\n';
  it.each([
    ["a marker", `${changed}    # ... existing co`],
    ["a marker that is said in words", `${changed}    # rest of the file unch`],
    ["a word that the file has elsewhere", `${changed}    return reques`],
    ["a word that the sketch itself has", `${changed}    options = {}\n    return optio`],
  ])("is refused where it stops within %s", async (_, cut) => {
    await expect(apply(cut)).rejects.toMatchObject({
      message: expect.stringContaining("probably cut off"),
    });
  });

  it("is named as such, with the line that it stops in", async () => {
    const cut = sketch.slice(0, sketch.indexOf("uest(url"));
    await expect(apply(cut)).rejects.toMatchObject({
      code: "check-failed",
      message: expect.stringContaining('("return req" of "return request(url, kwargs)")'),
    });
  });

  it.each([
    [
      "it ends in a whole marker",
      '# ... existing code ...\ndef get(url):\n    kwargs = {"timeout": 4}\n    # ... existing code',
    ],
    [
      "its last word is short, or begins no other",
      '# ... existing code ...\n    kwargs = {"timeout": 3}\n    return response',
    ],
    ["a line break says that this is its end", `${sketch.slice(0, sketch.indexOf("uest(url"))}\n`],
    [
      "its last line is a whole one of the file",
      "# ... existing code ...\n    return request(url)\n\n\ndef put(url):\n    return send(url)",
    ],
    [
      "its last line is the beginning of no line",
      '# ... existing code ...\n    kwargs = {"timeout": 3}\n    return kwargs',
    ],
  ])("is none where %s", async (_, edit) => {
    expect((await apply(edit)).changed).toBe(true);
  });
});
