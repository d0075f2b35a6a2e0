import { describe, expect, it } from "vitest";
import { beyondBounds } from "./json-bounds.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const bounds = { depth: 3, values: 20 };

describe("bounds of JSON text", () => {
  it.each([
    ["{}", undefined],
    ['{"a":[1,2,{"b":"c"}]}', undefined],
    ["[[[[1]]]]", "it is nested more than 3 deep"],
    ['{"a":{"b":{"c":{}}}}', "it is nested more than 3 deep"],
    [`[${"1,".repeat(30)}1]`, "it has more than 20 values"],
    [`["${"[,{:".repeat(30)}"]`, undefined],
    [`["a\\\\",[[[1]]]]`, "it is nested more than 3 deep"],
    [`["a\\"[[[[[[[", 1]`, undefined],
    ['["never closed [[[[[', undefined],
  ])("%s", (text, why) => {
    expect(beyondBounds(bytes(text), bounds)).toBe(why);
  });

  it("takes time in proportion to the text, whatever stands in it", () => {
    for (const text of ["\\", '\\"', '"', "a", "\\\\\\"]) {
      const long = bytes(`["${text.repeat(2_000_000 / text.length)}`);
      const start = process.cpuUsage();
      beyondBounds(long, { depth: 64, values: Number.POSITIVE_INFINITY });
      expect(process.cpuUsage(start).user).toBeLessThan(2_000_000);
    }
  });
});
