import { expect, it } from "vitest";
import { createRedraft } from "../../src/redraft/create-redraft.ts";

const redraft = createRedraft();
const source = `class One:
    @cached
    def get(self):
        value = 1
        return value


class Two:
    def get(self):
        value = 1
        return value


def get_all():
    value = 1
    return value
`;
const block = (old: string, fresh: string): string =>
  `<<<<<<< SEARCH\n${old}\n=======\n${fresh}\n>>>>>>> REPLACE\n`;
const apply = (edit: string, symbol?: string) =>
  redraft.apply({ path: "a.py", source, edit, ...(symbol === undefined ? {} : { symbol }) });
const inTwo = source.replace(/(Two:[\s\S]*?)value = 1/, "$1value = 2");

it("places a block in the symbol that is named, where several places fit", async () => {
  const edit = block("        value = 1", "        value = 2");
  await expect(apply(edit)).rejects.toMatchObject({ code: "ambiguous" });
  expect((await apply(edit, "Two.get")).text).toBe(inTwo);
  expect((await apply(edit, "Two")).text).toBe(inTwo);
  expect((await apply(edit, "One.get")).text).toBe(source.replace("value = 1", "value = 2"));
});

it("places a sketch, a pair and a diff there as well", async () => {
  const sketch = "# ... existing code ...\n        value = 2\n        return value\n";
  const pair = JSON.stringify({ old_string: "value = 1", new_string: "value = 2" });
  const diff = "@@\n-        value = 1\n+        value = 2\n         return value\n";
  for (const edit of [sketch, pair, diff]) expect((await apply(edit, "Two.get")).text).toBe(inTwo);
});

it("takes a decorator for a part of its symbol", async () => {
  const edit = block("    @cached", "    @cached_property");
  expect((await apply(edit, "One.get")).text).toBe(source.replace("@cached", "@cached_property"));
});

it("refuses what is not in the symbol, and names that mean none or several", async () => {
  const edit = block("    value = 1\n    return value", "    return 2");
  await expect(apply(edit, "nothing")).rejects.toMatchObject({
    code: "no-match",
    message: expect.stringContaining("declares no nothing"),
  });
  await expect(apply(edit, "get")).rejects.toMatchObject({
    code: "ambiguous",
    message: expect.stringContaining("line 2, line 9"),
  });
  await expect(apply(block("    @cached", "    @other"), "Two")).rejects.toMatchObject({
    code: "no-match",
  });
});
