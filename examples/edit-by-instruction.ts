/**
 * Several files edited from an instruction by a large model: it writes sketches, which are applied, or the files
 * anew. Here the model is a stand-in behind `fetch`, so that the program runs without a network.
 */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRedraft, RedraftError, readTextFile, writeChanges } from "redraft-edit";
import { openAiTextTarget } from "redraft-edit/engines";

const sketch = (path: string, edit: string): string =>
  `<edit_file>\n<target_file>${path}</target_file>\n<code_edit>\n${edit}\n</code_edit>\n</edit_file>\n`;

const folder = await mkdtemp(join(tmpdir(), "redraft-example-"));
const paths = [join(folder, "size.js"), join(folder, "use.js")] as const;
await writeFile(paths[0], "export function size(list) {\n  return list.length;\n}\n");
await writeFile(
  paths[1],
  '// Prints a size.\nimport { size } from "./size.js";\n\nconsole.log(size([1, 2]));\nconsole.log("done");\n',
);

/** Answers like a server without streaming; the real one is `openAiTextTarget({ baseUrl, apiKey })`. */
const answers = [
  sketch(
    paths[0],
    "export function count(list) {\n  return list.length;\n// ... existing code ...",
  ) +
    sketch(
      paths[1],
      '// Prints a size.\nimport { count } from "./size.js";\n\nconsole.log(count([1, 2]));\nconsole.log("done");',
    ),
  "I would rather not.",
  "Still not.",
  "No.",
];
const asked: string[] = [];
const large = openAiTextTarget({
  baseUrl: "http://model.example/v1",
  model: "large",
  fetch: async (_url, init) => {
    // Which server it is, is asked first: this one does not say.
    if (init?.body === undefined) return new Response("not found", { status: 404 });
    asked.push(String(init.body));
    const message = { role: "assistant", content: answers[asked.length - 1] };
    return Response.json({ choices: [{ index: 0, message, finish_reason: "stop" }] });
  },
});

const redraft = createRedraft({
  writer: large,
  costs: { large: { promptPrice: 0.4, outputPrice: 1.6 } },
});
try {
  const files = await Promise.all(paths.map((path) => readTextFile(path)));
  const request = { files, instruction: "rename size to count", via: "cascade" } as const;
  const { files: edited, report } = await redraft.edit(request);
  assert.deepEqual(
    edited.map(({ via }) => via),
    ["cascade", "cascade"],
  );
  assert.equal(report.unit, "price");

  // Nothing is written yet. All files are, or none; a file that changed meanwhile is refused.
  assert.match(await readFile(paths[0], "utf8"), /function size/);
  await writeChanges(
    edited.map(({ path, result }) => ({
      before: files.find((file) => file.path === path)!,
      text: result.text,
    })),
  );
  assert.match(await readFile(paths[0], "utf8"), /function count/);
  assert.match(await readFile(paths[1], "utf8"), /console\.log\(count\(/);

  // What the model cannot say in three tries is an error, and no file has changed.
  const refused = await redraft.edit(request).catch((error: unknown) => error);
  assert.ok(RedraftError.is(refused) && refused.code === "unreadable-edit");
  assert.equal(asked.length, 4);

  const signal = AbortSignal.abort();
  await assert.rejects(redraft.edit(request, { signal }), { code: "cancelled" });
} finally {
  await redraft.dispose();
  await rm(folder, { recursive: true });
}
