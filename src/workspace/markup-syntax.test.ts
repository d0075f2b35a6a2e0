import { describe, expect, it } from "vitest";
import { newErrors, syntaxFor } from "./syntax.ts";

/** The 1-based line of the first error of a text, or undefined if it has none. */
async function errorAt(path: string, text: string): Promise<number | undefined> {
  const checker = (await syntaxFor(path))!;
  if (checker.errors(text) === 0) return undefined;
  return checker.errorLine!(text)! + 1;
}

describe("markup", () => {
  it("may leave out the end tags that HTML makes optional, and components may not", async () => {
    const list = "<ul>\n<li>one\n<li>two\n</ul>\n<br>\n<div><p>end</div>\n";
    expect(await errorAt("a.html", list)).toBeUndefined();
    expect(await errorAt("a.vue", `<template>\n${list}</template>\n`)).toBe(3);
    expect(await errorAt("a.svelte", list)).toBe(2);
  });

  it.each([
    ["an end tag without a start", "<main>\n</section>\n</main>\n", 2],
    ["an element without an end, which ends with its parent", "<main>\n<div>\n</main>\n", 2],
    ["an element without an end, which ends with the file", "<hr>\n<div>\n", 2],
    ["a script", "<p>\n</p>\n<script>\nlet a = (1;\n</script>\n", 4],
    ["a module", '<p></p>\n<script type="module">\nexport { a, ;\n</script>\n', 3],
    ["data in a script", '<script type="application/json">\n{ "a": }\n</script>\n', 2],
    ["a style", "<style>\na { color: red;\nb { }\n</style>\n<p></p>\n", 3],
  ])("has an error: %s", async (_, text, line) => {
    expect(await errorAt("a.html", text)).toBe(line);
  });

  it.each([
    ["a template in a script", '<script type="text/template"><% if (</script>'],
    [
      "a style of another language",
      '<style lang="scss">\n$a: 1px; @mixin b($c) { top: $c }\n</style>',
    ],
    ["a component that closes itself", "<div><user-card /></div>"],
  ])("has none: %s", async (_, text) => {
    expect(await errorAt("a.vue", text)).toBeUndefined();
  });

  it("reads a typed script only where a compiler does", async () => {
    const text = '<script lang="ts">\nlet a: number = 1;\n</script>\n';
    expect(await errorAt("a.vue", text)).toBeUndefined();
    expect(await errorAt("a.vue", text.replace(" 1;", ";"))).toBe(2);
  });

  it("is unknown where a template language writes tags in halves", async () => {
    const source = "{% if a %}<div class=a>{% else %}<div>{% endif %}\n<p>x</p>\n</div>\n";
    const count = newErrors((await syntaxFor("a.html"))!, source);
    expect(count(source.replace("x", "<b>y"))).toBeUndefined();
  });
});

describe("YAML", () => {
  it.each([
    ["an entry at no depth of its mapping", "a:\n  b: 1\n c: 2\n", 1],
    ["a key that the mapping has", "a:\n  b: 1\n  c: 2\n  b: 3\n", 4],
    ["a key that the flow mapping has", "a:\n  b: { c: 1, c: 2 }\n", 2],
    ["an open bracket", "a: 1\nb: [1, 2\nc: 3\n", 2],
  ])("has an error: %s", async (_, text, line) => {
    expect(await errorAt("a.yml", text)).toBe(line);
  });

  it.each([
    ["the same key in several mappings and documents", "- a: 1\n- a: 2\n---\na:\n  a: 3\n"],
    ["several merges", "a:\n  <<: *b\n  <<: *c\n"],
    ["tags and text", "a: !Ref b\nc: |\n  a: 1\n   b: 2\n"],
  ])("has none: %s", async (_, text) => {
    expect(await errorAt("a.yaml", text)).toBeUndefined();
  });
});
