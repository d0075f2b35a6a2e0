import { describe, expect, it } from "vitest";
import { newErrors } from "./syntax.ts";

describe("new syntax errors", () => {
  const lines = (count: number): string => "a b\n".repeat(count);

  it("are not asked for again where a parse took too long", () => {
    let asked = 0;
    const checker = {
      errors: () => {
        asked++;
        return undefined;
      },
    };
    const count = newErrors(checker, lines(100));
    expect(count(`x\n${lines(100)}`)).toBeUndefined();
    const first = asked;
    expect(count(`y\n${lines(100)}`)).toBeUndefined();
    expect(asked).toBe(first);
  });

  it("are unknown where the source has errors itself, and none where the text has none", () => {
    const checker = { errors: (text: string) => text.split("!").length - 1 };
    expect(newErrors(checker, "a\n!\n")("!\n!\n")).toBeUndefined();
    expect(newErrors(checker, "a\n!\n")("a\n")).toBe(0);
    expect(newErrors(checker, "a\n")("!\n!\n")).toBe(2);
  });
});
