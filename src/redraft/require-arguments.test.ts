import { describe, expect, it } from "vitest";
import type { EditRequest } from "../core/request.ts";
import { createRedraft, type RedraftOptions } from "./create-redraft.ts";

const edit = '{"old_string":"a","new_string":"b"}';

describe("a caller without TypeScript", () => {
  it.each([
    [undefined, "a request is an object"],
    ["a.ts", "a request is an object"],
    [{ source: "a\n", edit }, "`path` must be a string"],
    [{ path: "a.ts", edit }, "`source` must be a string"],
    [{ path: "a.ts", source: null, edit }, "It is null."],
    [{ path: "a.ts", source: Buffer.from("a\n"), edit }, "decode its bytes"],
    [{ path: "a.ts", source: "a\n" }, "`edit` must be a string"],
    [{ path: "a.ts", source: "a\n", edit: { old_string: "a" } }, "JSON.stringify"],
  ])("learns what is wrong with the request %j", async (request, why) => {
    const wrong = { code: "usage", message: expect.stringContaining(why) };
    const redraft = createRedraft();
    await expect(redraft.apply(request as EditRequest)).rejects.toMatchObject(wrong);
    for await (const answer of redraft.batch([request as EditRequest])) {
      expect(answer).toMatchObject({ error: wrong });
    }
  });

  it.each([
    [null, "options are an object"],
    ["ranker", "options are an object"],
    [{ setle: "ranker" }, "there is no option `setle`"],
    [{ settle: 5 }, "`settle` must be"],
    [{ writer: 5 }, "`writer` must be"],
    [{ settle: {} }, "`settle` must be"],
  ])("learns what is wrong with the options %j", (options, why) => {
    const wrong = { code: "usage", message: expect.stringContaining(why) };
    expect(() => createRedraft(options as RedraftOptions)).toThrow(expect.objectContaining(wrong));
  });
});
