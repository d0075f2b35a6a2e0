import { describe, expect, it } from "vitest";
import { readEdit } from "../../edit/read.ts";
import { merge } from "../merge.ts";

const source = `start();
function one() {
  const first = begin(1);
  run(first);
}

function two() {
  const second = begin(2);
  run(second);
}
finish();
`;

function outcomeOf(edit: string): ReturnType<typeof merge> {
  return merge(source, readEdit(edit, { path: "a.ts", source, format: "lazy" }));
}

describe("a line between two blocks that both may replace", () => {
  // The only line that the marker can stand for is an earlier form of the last new line above and the first one below.
  const edit = `// ... existing code ...
function two() {
  const second = begin(3);
// ... existing code ...
  const second = begin(4);
  run(second);
}
// ... existing code ...
`;

  it("is never replaced twice", () => {
    const outcome = outcomeOf(edit);
    expect(outcome.kind).not.toBe("proved");
  });
});
