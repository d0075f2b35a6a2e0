/** The events of an edit as they happen, a batch of edits, and a cancelled one. */
import assert from "node:assert/strict";
import { createRedraft, RedraftError } from "redraft-edit";

const redraft = createRedraft();
const request = {
  path: "a.py",
  source: "def f():\n    return 1\n",
  edit: JSON.stringify({ old_string: "return 1", new_string: "return 2" }),
};

const seen: string[] = [];
for await (const event of redraft.events(request)) seen.push(event.type);
assert.deepEqual(seen, ["edit-read", "route-taken", "result"]);

// One bad edit stops nothing: it is a value in the batch.
const wrong = { ...request, source: "something else\n" };
const answers: string[] = [];
for await (const { result, error } of redraft.batch([request, wrong, request])) {
  answers.push(result?.text ?? (RedraftError.is(error) ? error.code : "?"));
}
assert.deepEqual(answers, ["def f():\n    return 2\n", "no-match", "def f():\n    return 2\n"]);

const signal = AbortSignal.abort();
await assert.rejects(redraft.apply(request, { signal }), { code: "cancelled" });
await redraft.dispose();
