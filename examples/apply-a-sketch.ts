/** Applies a sketch, as a coding model writes it, to a text. No model, no network, nothing written. */
import assert from "node:assert/strict";
import { createRedraft, RedraftError } from "redraft-edit";

const source = `export interface LogEntry {
  timestamp: string;
  error?: string;
}

export function describe(entry: LogEntry): string {
  return entry.timestamp;
}
`;

const redraft = createRedraft();
const result = await redraft.apply({
  path: "src/types.ts",
  source,
  edit: `export interface LogEntry {
  timestamp: string;
  error?: string;
  model?: string; // Added model
}

// ... existing code ...
`,
});
assert.equal(result.route, "merge");
assert.equal(
  result.text,
  source.replace("  error?: string;\n", "  error?: string;\n  model?: string; // Added model\n"),
);
// The proof says of every source line what became of it: here all of them are kept.
assert.ok(result.proof?.source.every(({ fate }) => fate === "kept"));

// An edit that fits nowhere is refused, with a stable code and a message for whoever wrote it.
await assert.rejects(
  redraft.apply({
    path: "src/types.ts",
    source,
    edit: JSON.stringify({ old_string: "no such line", new_string: "" }),
  }),
  (error) => RedraftError.is(error) && error.code === "no-match",
);
await redraft.dispose();
