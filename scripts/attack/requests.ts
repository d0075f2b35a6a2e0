import { block, code, misspelt, text } from "../../test/support/expensive-edits.ts";
/** One kind of adversarial request: what is sent, and which answers are right. */
export interface AttackRequest {
  readonly name: string;
  readonly path: string;
  /** As it goes over the wire. */
  readonly body: string | Uint8Array;
  /** Statuses that may come back; anything else is a finding. */
  readonly allowed: readonly number[];
}

/** An edit is placed, refused, or ended at its time limit. */
const edited = [200, 409, 422, 500, 504] as const;
/** Back-pressure. */
const turnedAway = [429, 503] as const;
const refused = [400, 413, 422, ...turnedAway] as const;

function apply(name: string, source: string, update: string): AttackRequest {
  const prompt = `<code>${source}</code>\n<update>${update}</update>`;
  const body = JSON.stringify({ model: "auto", prompt, metadata: { path: "a.js" } });
  return { name, path: "/v1/completions", body, allowed: [...edited, ...refused] };
}

function plain(name: string, body: string | Uint8Array, path = "/v1/completions"): AttackRequest {
  return { name, path, body, allowed: refused };
}

/** Every kind once; `scale` 1 is full size, less is for tests. */
export function attackRequests(scale = 1): AttackRequest[] {
  const n = (count: number): number => Math.max(1, Math.round(count * scale));
  const long = code(n(5_000));
  const twins = Array.from(
    { length: n(5_000) },
    (_, i) => ["  call();", "  other();", "}", "", "{"][i % 5]!,
  );
  const markers = Array.from({ length: n(200) }, (_, i) => [
    "// ... existing code ...",
    "  call();",
    `  fresh${i}();`,
    "  other();",
  ]).flat();
  const stars = "*".repeat(n(25_000));
  const wide = Array.from({ length: n(300) }, (_, i) => i + "abcdefghij".repeat(n(2_000)));
  const near = (count: number): string =>
    text(block(long.slice(10, 10 + count).map(misspelt), ["x();"]));
  const mib = n(15 * 1024 * 1024);
  return [
    apply("path line of stars", "f();\n", `/${stars} existing code ${stars}\nf();\nh();\n`),
    apply(
      "header of blanks",
      "f();\n",
      `--- a/a.js${" ".repeat(n(200_000))}x\n+++ b/a.js\n@@ -1 +1 @@\n-f();\n+g();\n`,
    ),
    apply("near misses, 60 lines", text(long), near(n(60))),
    apply("near misses, 200 lines", text(long), near(n(200))),
    apply("near misses, 800 lines", text(long), near(n(800))),
    apply("twin markers", text(twins), text(markers)),
    apply(
      "dividers",
      text(long),
      text([
        "<<<<<<< SEARCH",
        long[1]!,
        ...Array<string>(n(20_000)).fill("======="),
        ">>>>>>> REPLACE",
      ]),
    ),
    apply(
      "hunks",
      text(code(n(40_000))),
      text(
        code(n(40_000)).flatMap((line, i) =>
          i % 4 === 0 ? [`@@ -${i + 1} +${i + 1} @@`, `-${line}`, `+new_${i}();`] : [],
        ),
      ),
    ),
    apply(
      "pairs",
      text(code(n(20_000))),
      JSON.stringify(code(n(20_000)).map((line) => ({ old_string: line, new_string: `${line}!` }))),
    ),
    apply(
      "wide lines",
      text(wide),
      text(
        block(
          wide.map((line) => line.replace("abc", "acb")),
          ["x"],
        ),
      ),
    ),
    apply(
      "whole file, all changed",
      text(code(n(50_000))),
      text(code(n(50_000)).map((line) => `${line} //`)),
    ),
    apply(
      "one line of 15 MiB",
      "x".repeat(mib),
      JSON.stringify({ old_string: "y", new_string: "z" }),
    ),
    apply("instructions that never end", "a", `${"<instruction>".repeat(n(1_000_000))}`),
    plain(
      "instruction tags before no code",
      JSON.stringify({ prompt: `${"<instruction>".repeat(n(1_000_000))}\n<code>` }),
    ),
    plain("16 MiB prompt", JSON.stringify({ prompt: "word ".repeat(n(3_000_000)) })),
    plain(
      "16 MiB chat",
      JSON.stringify({ messages: [{ role: "user", content: "word ".repeat(n(3_000_000)) }] }),
      "/v1/chat/completions",
    ),
    plain(
      "prediction of 15 MiB on an empty prompt",
      JSON.stringify({ prompt: "", prediction: { type: "content", content: "x".repeat(mib) } }),
    ),
    plain("tokenize 10 MiB", JSON.stringify({ prompt: "word ".repeat(n(2_000_000)) }), "/tokenize"),
    plain(
      "a million token ids",
      JSON.stringify({ prompt: Array.from({ length: n(1_000_000) }, () => 1) }),
    ),
    plain(
      "a million messages",
      JSON.stringify({
        messages: Array.from({ length: n(200_000) }, () => ({ role: "user", content: "" })),
      }),
      "/v1/chat/completions",
    ),
    plain(
      "an input of 100,000 parts",
      JSON.stringify({
        input: [
          {
            role: "user",
            content: Array.from({ length: n(100_000) }, () => ({ type: "input_text", text: "" })),
          },
        ],
      }),
      "/v1/responses",
    ),
    plain(
      "metadata a million deep",
      `{"initial_code":"a","edit_snippet":"b","relace_metadata":${'{"a":'.repeat(n(1_000_000))}`,
      "/v1/code/apply",
    ),
    {
      name: "twin markers in Relace's form",
      path: "/v1/code/apply",
      body: JSON.stringify({ initial_code: text(twins), edit_snippet: text(markers) }),
      allowed: [...edited, ...refused],
    },
    plain("JSON 8 million deep", "[".repeat(n(8_000_000))),
    plain("objects a million deep", '{"a":'.repeat(n(1_000_000))),
    plain("5 million values", `[${"1,".repeat(n(5_000_000))}1]`),
    plain(
      "bad UTF-8",
      Buffer.concat([
        Buffer.from('{"prompt":"'),
        Buffer.alloc(n(10_000_000), 0xc3),
        Buffer.from('"}'),
      ]),
    ),
    plain("escapes", `{"prompt":"${"\\u0041".repeat(n(2_500_000))}`),
    plain("backslashes", `{"prompt":"${"\\\\".repeat(n(7_000_000))}`),
    plain("over the limit", "x".repeat(n(17 * 1024 * 1024))),
  ];
}
