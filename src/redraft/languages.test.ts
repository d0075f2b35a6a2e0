import { describe, expect, it } from "vitest";
import { createRedraft } from "./create-redraft.ts";

interface LanguageCase {
  readonly path: string;
  readonly source: string;
  /** What two sketches replace: one with a sound result, one whose place is as certain and whose result is broken. */
  readonly replaced: string;
  readonly sound: string;
  readonly broken: string;
  /** The line that the refusal names, from 1. */
  readonly line: number;
}

const component = (script: string): string => `<script setup lang="ts">
import { ref } from "vue";
const count = ref<number>(0);
${script}
</script>

<template>
  <section>
    <button @click="count > 3 ? stop() : (count += 1)">{{ count }}</button>
  </section>
</template>

<style scoped>
button { color: teal; }
</style>
`;

const cases: readonly LanguageCase[] = [
  {
    path: "page.html",
    source:
      "<body>\n  <main>\n    <h1>Orders</h1>\n    <p>None yet\n  </main>\n  <footer>end</footer>\n</body>\n",
    replaced: "    <h1>Orders</h1>\n",
    sound: "    <h1>Orders of today</h1>\n    <hr>\n",
    broken: "    <h1>Orders of today</h1>\n    <section>\n",
    line: 4,
  },
  {
    path: "SCRIPT.HTM",
    source: "<p>a</p>\n<script>\nconst limit = 3;\nstart(limit);\n</script>\n<p>b</p>\n",
    replaced: "const limit = 3;\n",
    sound: "const limit = 4;\n",
    broken: "const limit = (4;\n",
    line: 3,
  },
  {
    path: "Counter.vue",
    source: component("const stop = (): void => {};"),
    replaced: "const stop = (): void => {};\n",
    sound: "const stop = (): void => {\n  count.value = 0;\n};\n",
    broken: "const stop = (): void => {\n  count.value = 0;\n",
    line: 4,
  },
  {
    path: "Cart.vue",
    source: component("const stop = (): void => {};"),
    replaced: "  <section>\n",
    sound: "  <section>\n    <CartHead />\n",
    broken: "  <section>\n    <p>\n",
    line: 9,
  },
  {
    path: "List.svelte",
    source:
      '<script lang="ts">\n  let items: string[] = [];\n</script>\n\n{#each items as item}\n  <li on:click={() => item.length > 2}>{item}</li>\n{/each}\n',
    replaced: "{#each items as item}\n",
    sound: "{#each items as item, index}\n  <b>{index}</b>\n",
    broken: "{#each items as item, index}\n  {#if index}\n",
    line: 5,
  },
  {
    path: "Cache.kt",
    source:
      "class Cache(private val size: Int) {\n    private val known = HashMap<String, Int>()\n\n    fun get(key: String): Int? = known[key]\n\n    fun clear() {\n        known.clear()\n    }\n}\n",
    replaced: "    fun get(key: String): Int? = known[key]\n",
    sound: "    fun get(key: String): Int = known[key] ?: size\n",
    broken: "    fun get(key: String): Int? {\n        return known[key]\n",
    line: 4,
  },
  {
    path: "Cache.swift",
    source:
      "struct Cache {\n  private var known: [String: Int] = [:]\n\n  func get(_ key: String) -> Int? { known[key] }\n\n  mutating func clear() {\n    known.removeAll()\n  }\n}\n",
    replaced: "  func get(_ key: String) -> Int? { known[key] }\n",
    sound: "  func get(_ key: String) -> Int { known[key] ?? 0 }\n",
    broken: "  func get(_ key: String) -> Int? {\n    known[key]\n",
    line: 7,
  },
  {
    path: "compose.yaml",
    source:
      "services:\n  web:\n    image: web:1\n    ports:\n      - 80:80\n  store:\n    image: store:2\n",
    replaced: "    image: web:1\n",
    sound: "    image: web:2\n    restart: always\n",
    broken: "    image: web:2\n   restart: always\n",
    line: 3,
  },
  {
    path: ".clang-format",
    source: "BasedOnStyle: LLVM\nIndentWidth: 2\nUseTab: Never\n",
    replaced: "IndentWidth: 2\n",
    sound: "IndentWidth: 4\n",
    broken: "IndentWidth: 4\nUseTab: Always\n",
    line: 4,
  },
  {
    path: "package.json",
    source: '{\n  "name": "a",\n  "version": "1.0.0",\n  "private": true\n}\n',
    replaced: '  "version": "1.0.0",\n',
    sound: '  "version": "1.1.0",\n',
    broken: '  "version": "1.1.0"\n',
    line: 4,
  },
];

/** A diff whose first context line is misquoted by a blank: its place is certain, but it is not literal. */
function diffOf({ source, replaced }: LanguageCase, added: string): string {
  const [before, behind] = source.split(replaced) as [string, string];
  const sign = (text: string, mark: string): string[] =>
    text
      .split("\n")
      .slice(0, -1)
      .map((line) => mark + line);
  const above = sign(before, " ")
    .slice(-3)
    .map((line, index) => (index === 0 ? `${line} ` : line));
  return ["@@ @@", ...above, ...sign(replaced, "-"), ...sign(added, "+"), ...sign(behind, " ")]
    .join("\n")
    .concat("\n");
}

describe.each(cases)("$path", (one) => {
  const apply = (added: string, path = one.path) =>
    createRedraft().apply({
      path,
      source: one.source,
      edit: diffOf(one, added),
      format: "unified-diff",
    });

  it("takes an edit after which it parses", async () => {
    const { text, checks } = await apply(one.sound);
    expect(text).toBe(one.source.replace(one.replaced, one.sound));
    expect(checks).toContainEqual({ name: "no new syntax errors", ok: true });
  });

  it("refuses an edit after which it does not", async () => {
    const error = await apply(one.broken).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: "check-failed" });
    expect((error as Error).message).toMatch(new RegExp(`syntax error at line ${one.line}\\b`));
    // Only the syntax speaks against it.
    const { text } = await apply(one.broken, "a.unknown");
    expect(text).toBe(one.source.replace(one.replaced, one.broken));
  });
});
