import { describe, expect, it } from "vitest";
import { continuesSentence, isElision, removalOf } from "./lazy-markers.ts";

describe("isElision", () => {
  it.each([
    "// ... existing code ...",
    "  # ... existing imports ...",
    "/* ... rest of the code ... */",
    "{/* ... existing code ... */}",
    "<!-- ... existing code ... -->",
    "-- ... unchanged ...",
    "// ... (rest of file unchanged)",
    "// … existing code …",
    "// existing code",
    "# keep the rest",
    "// rest of the file unchanged",
    "// ... other code ...",
    "// ...",
    "/* ... */",
    "...",
    "…",
    "[... rest of file ...]",
    "// remaining methods unchanged",
    "// ===== existing code =====",
    "# --- rest of the file ---",
    "; ... snip ...",
    "// ... (il resto rimane invariato)",
    "# ... остальное без изменений",
    "// …（其余代码保持不变）",
    "-- ... a többi függvény",
    ":: ... Rest wie bisher",
    "{{-- ... reszta bez zmian ... --}}",
    "/* … les autres règles */",
  ])("takes %s for a marker", (line) => {
    expect(isElision(line)).toBe(true);
  });

  it.each([
    "",
    "// keep the connection open until the response is sent",
    "// the other code path handles this",
    "const [...rest] = list;",
    "...args,",
    "return f(...values);",
    "// Loading...",
    "// ...and then the disk",
    "# ... = default value",
    "# a, b, ...",
    "def f(self) -> int: ...",
    "print(f'... {name} ...')",
    "log.info('... waiting')",
    "# existing users are migrated by a job",
    'print("...")',
    "foo(...)",
  ])("takes %s for text", (line) => {
    expect(isElision(line)).toBe(false);
  });
});

describe("removalOf", () => {
  it.each([
    ["// removed foo", "foo"],
    ["# deleted: import os", "import os"],
    ["/* stack removed */", "stack"],
    ["<!-- deleted div -->", "div"],
    ["// removed", ""],
    ["// deleted this", ""],
    ["// parse() was removed", "parse()"],
  ])("reads %s", (line, what) => {
    expect(removalOf(line)).toBe(what);
  });

  it.each(["removed = true", "// removes the entry from the index", "const deleted = 1"])(
    "takes %s for text",
    (line) => {
      expect(removalOf(line)).toBeUndefined();
    },
  );
});

describe("goesOn", () => {
  it("tells a sentence over two comment lines from a marker", () => {
    expect(continuesSentence("  // ... then the disk", "  // First the cache,")).toBe(true);
    expect(continuesSentence("  // ... existing code ...", "  // First the cache,")).toBe(false);
    expect(continuesSentence("  // ... then the disk", "  read(cache);")).toBe(false);
    expect(continuesSentence("  // ... il resto", "")).toBe(false);
  });
});
