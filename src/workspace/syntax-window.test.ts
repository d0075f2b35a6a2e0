import { describe, expect, it } from "vitest";
import { newErrors, type SyntaxChecker, syntaxFor } from "./syntax.ts";
import { syntaxWindows } from "./syntax-window.ts";

const method = (name: string, body: string): string => `  void ${name}() {\n    ${body}\n  }\n`;
const names = Array.from({ length: 20 }, (_, index) => `m${index}`);
const file = (body: string): string =>
  `class A {\n${names.map((name) => method(name, name === "m9" ? body : "go();")).join("\n")}}\n`;

/** A checker that remembers how long the texts were that it parsed. */
async function counting(path: string): Promise<{ checker: SyntaxChecker; lengths: number[] }> {
  const real = await syntaxFor(path);
  const lengths: number[] = [];
  const errors = (text: string): number | undefined => {
    lengths.push(text.length);
    return real!.errors(text);
  };
  return { checker: { errors }, lengths };
}

describe("syntax around a change", () => {
  it("begins and ends with paragraphs, at lower depths later", () => {
    const [first] = [...syntaxWindows(file("stop();"), file("halt();\n    wait();"))];
    expect(first!.before).toBe("  void m9() {\n    stop();\n  }\n".replace(/^ {2}/gm, ""));
    expect(first!.after).toBe(
      "  void m9() {\n    halt();\n    wait();\n  }\n".replace(/^ {2}/gm, ""),
    );
  });

  it("is parsed instead of the whole text where it is sound", async () => {
    const source = file("stop();");
    const { checker, lengths } = await counting("a.java");
    expect(newErrors(checker, source)(file("halt();"))).toBe(0);
    expect(Math.max(...lengths)).toBeLessThan(source.length / 2);
  });

  it("has an error only where the whole text has", async () => {
    const source = file("stop();");
    for (const path of ["a.java", "a.cs"]) {
      const { checker } = await counting(path);
      expect(newErrors(checker, source)(file("if (a) {")), path).toBeGreaterThan(0);
    }
  });
});
