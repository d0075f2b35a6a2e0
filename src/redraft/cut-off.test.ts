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

  it("is named as such, with the line that it stops in", async () => {
    const cut = sketch.slice(0, sketch.indexOf("uest(url"));
    await expect(apply(cut)).rejects.toMatchObject({
      code: "check-failed",
      message: expect.stringContaining('("return req" of "return request(url, kwargs)")'),
    });
  });

  it.each([
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
