import { describe, expect, it } from "vitest";
import { createRedraft } from "../redraft/create-redraft.ts";
import { withChoice } from "./choose.ts";

const source = "a\nx\nb\n---\na\nx\nb\n";
const edit = "<<<<<<< SEARCH\na\nx\n=======\na\nY\n>>>>>>> REPLACE\n";

function asked(keys: readonly (string | undefined)[]) {
  const waiting = [...keys];
  let shown = "";
  let isClosed = false;
  const route = withChoice(undefined, () => ({
    isColored: false,
    write: (text) => {
      shown += text;
    },
    key: async () => waiting.shift(),
    close: () => {
      isClosed = true;
    },
  }));
  const result = createRedraft({ settle: route }).apply({ path: "b.txt", source, edit });
  return { result, shown: () => shown, isClosed: () => isClosed };
}

describe("withChoice", () => {
  it("takes the text whose number is pressed", async () => {
    const { result, shown, isClosed } = asked(["z", "7", "2"]);
    expect(await result).toMatchObject({
      text: "a\nx\nb\n---\na\nY\nb\n",
      routeReason: "chosen at the terminal",
    });
    expect(shown()).toContain("[1] b.txt\n@@ -1,5 +1,5 @@\n a\n-x\n+Y\n");
    expect(shown()).toContain("[2] b.txt\n@@ -3,5 +3,5 @@\n");
    expect(isClosed()).toBe(true);
  });

  it.each([["q"], ["\u0003"], [undefined]])("refuses the edit on %j", async (key) => {
    const { result, isClosed } = asked([key]);
    await expect(result).rejects.toMatchObject({ code: "ambiguous" });
    expect(isClosed()).toBe(true);
  });

  it("asks nobody where the route before it answers", async () => {
    const before = {
      name: "ranker",
      settle: async () => ({ text: "a\nY\nb\n---\na\nx\nb\n", why: "sure" }),
      dispose: async () => {},
    };
    const route = withChoice(before, () => {
      throw new Error("asked");
    });
    const result = await createRedraft({ settle: route }).apply({ path: "b.txt", source, edit });
    expect(result.routeReason).toBe("sure");
  });
});
