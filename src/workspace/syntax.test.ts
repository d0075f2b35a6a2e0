import { afterEach, describe, expect, it, vi } from "vitest";
import { newErrors, syntaxFor } from "./syntax.ts";

afterEach(() => vi.restoreAllMocks());

it("does not depend on how busy the machine is", async () => {
  const checker = await syntaxFor("a.py");
  // A second between any two looks at the clock.
  let now = 0;
  vi.spyOn(performance, "now").mockImplementation(() => {
    now += 1000;
    return now;
  });
  const source = "def f(a):\n    return [a, 1]\n\n\n".repeat(1000);
  expect(checker!.errors(source)).toBe(0);
  expect(checker!.errors(`${source}f("open\n`)).toBeGreaterThan(0);
});

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
