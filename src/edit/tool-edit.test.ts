import { describe, expect, it } from "vitest";
import { showEdit } from "../../test/support/show-edit.ts";
import type { FormatName } from "../core/edit.ts";
import { readEdit } from "./read.ts";

const source = "def load(path):\n    return open(path)\n\n\ndef save(path):\n    return None\n";

interface Place {
  readonly path?: string;
  readonly source?: string;
  readonly format?: FormatName;
}

function edit(value: unknown, place: Place = {}) {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return readEdit(text, { path: "io.py", source, ...place });
}
const read = (value: unknown, place?: Place): string[] => showEdit(edit(value, place));

const renamed = ["~lines at 1", "-def load(path):", "+def fetch(path):"];
const pair = { old_string: "def load(path):", new_string: "def fetch(path):" };

describe("the arguments of an edit tool", () => {
  it("may have keys that say nothing, which are named", () => {
    const one = edit({ ...pair, dryRun: false, confidence: 0.9 });
    expect(showEdit(one)).toEqual(renamed);
    expect(one.why).toMatch(/keys not used: dryRun, confidence/);
    expect(edit({ ...pair, dryRun: true }, { format: "search-replace" }).why).toMatch(/dryRun/);
  });

  it("may have a comma behind the last one", () => {
    const text =
      '{"edits": [{"old_string": "def load(path):", "new_string": "def fetch(path, a=[1,]):",},],}';
    expect(read(text)).toEqual(["~lines at 1", "-def load(path):", "+def fetch(path, a=[1,]):"]);
  });

  for (const [what, text] of [
    ["are not valid JSON", "edit(path='io.py', old_string='def load(path):', new_string='x')"],
    ["is a diff without context", "1c1\n< def load(path):\n---\n> def fetch(path):\n"],
    ["is a command for sed", "sed -i 's/load/fetch/g' io.py\n"],
  ]) {
    it(`are not what ${what}, which is said`, () => {
      expect(() => read(text)).toThrow(what);
    });
  }

  for (const [what, value] of [
    ["replacements", { explanation: "x", replacements: [{ filePath: "io.py", ...pair }] }],
    [
      "chunks of another maker",
      {
        TargetFile: "/p/io.py",
        Chunks: [{ TargetContent: pair.old_string, ReplacementContent: pair.new_string }],
      },
    ],
    ["a call with its arguments as a string", { name: "edit", arguments: JSON.stringify(pair) }],
    ["edits, each as a string", { path: "io.py", edits: [JSON.stringify(pair)] }],
    [
      "a message with a tool call",
      {
        role: "assistant",
        content: [
          { type: "text", text: "Renamed." },
          { type: "tool_use", input: pair },
        ],
      },
    ],
    ["lines as a list", { old_lines: [pair.old_string], new_lines: [pair.new_string] }],
    ["prose and a fence around", `Renamed:\n\`\`\`json\n${JSON.stringify(pair)}\n\`\`\`\nDone.`],
  ] as const) {
    it(`may be ${what}`, () => expect(read(value)).toEqual(renamed));
  }

  it("may hold raw line ends and tabs in their strings", () => {
    const raw =
      '{"old_string": "def save(path):\n    return None", "new_string": "def save(path):\n\treturn 1"}';
    expect(read(raw)).toEqual(["~lines at 6", "-    return None", "+\treturn 1"]);
  });

  it("are refused with the key that is not known and those that are", () => {
    expect(() => read({ operation: "rename", from: "load", to: "fetch" })).toThrow(
      /keys operation, from, to, none of which says what to change.*old_string and new_string/,
    );
    expect(() => read({ path: "io.py", old_sting: "load", new_string: "fetch" })).toThrow(
      /no old string.*Not known: old_sting\. Use/,
    );
  });

  it("are refused where an old or a new string is missing, or two differ", () => {
    expect(() => read({ path: "io.py", old_string: "load" })).toThrow(
      /has old_string and no new string/,
    );
    expect(() => read({ old_string: "load", search: "save", new_string: "x" })).toThrow(
      /old_string and search say different things/,
    );
    expect(() => read({ search: "l.*d", replace: "x", use_regex: true })).toThrow(
      /regular expressions are not read/,
    );
  });

  it("are refused where they are no JSON, or cut off", () => {
    expect(() => read('{"old_string": "print("a")", "new_string": "b"}')).toThrow(
      /looks like the JSON arguments.*quote inside a string/,
    );
    expect(() => read('{"path": "io.py", "new_string": "def lo')).toThrow(/it is cut off/);
    expect(() => read('{"old_string": "\\d", "new_string": "b"}')).toThrow(
      /backslash.*not doubled/,
    );
  });
});

describe("arguments that hold another format", () => {
  const patch =
    "*** Begin Patch\n*** Update File: io.py\n@@\n-def load(path):\n+def fetch(path):\n*** End Patch\n";
  const diff = "@@ -1,2 +1,2 @@\n-def load(path):\n+def fetch(path):\n     return open(path)\n";
  const blocks = "<<<<<<< SEARCH\ndef load(path):\n=======\ndef fetch(path):\n>>>>>>> REPLACE\n";

  for (const [what, value, format] of [
    ["a patch as input", { input: patch }, "patch"],
    ["a patch as a command", { command: ["apply_patch", patch] }, "patch"],
    ["a patch in a shell", { cmd: ["bash", "-lc", `apply_patch <<'EOF'\n${patch}EOF\n`] }, "patch"],
    ["patchText", { patchText: patch }, "patch"],
    ["a diff", { path: "io.py", diff }, "unified-diff"],
    ["a diff under the path", { changes: { "io.py": { unified_diff: diff } } }, "unified-diff"],
    ["search blocks", { path: "io.py", diff: blocks }, "search-replace"],
  ] as const) {
    it(`are read as ${what}`, () => {
      const one = edit(value);
      expect(one.format).toBe(format);
      expect(showEdit(one)).toEqual(expect.arrayContaining(renamed.slice(1)));
    });
  }

  it("are read as a sketch", () => {
    const code_edit = "# ... existing code ...\ndef save(path):\n    return 1\n";
    const one = edit({ target_file: "io.py", instructions: "I return 1", code_edit });
    expect(one).toMatchObject({ format: "lazy", path: "io.py" });
    expect(one.why).toMatch(/JSON that holds an edit; line 1 is a marker/);
  });

  it("are refused where the patch has no known form, or several are meant at once", () => {
    expect(() => read({ path: "io.py", patch: "rename load to fetch" })).toThrow(
      /the patch or diff in it has an unknown form/,
    );
    expect(() =>
      read([
        { path: "io.py", ...pair },
        { path: "io.py", code_edit: "x" },
      ]),
    ).toThrow(/JSON with 2 edits.*one at a time/);
    expect(() => read(pair, { format: "whole" })).toThrow(/which is not the format whole/);
  });
});

describe("write calls", () => {
  const whole = (value: unknown, place?: Place) => {
    const { action, finalNewline, format } = edit(value, place);
    return { action, finalNewline, format };
  };

  it("make a new file of their text, never of their JSON", () => {
    for (const value of [
      { file_path: "/repo/io.py", content: "x = 1\n" },
      { path: "io.py", new_text: "x = 1\n" },
      { command: "create", path: "io.py", file_text: "x = 1\n" },
      { path: "io.py", content: ["x = 1"] },
    ]) {
      expect(read(value, { source: "" })).toEqual(["~lines end", "+x = 1"]);
      expect(whole(value, { source: "" })).toMatchObject({ action: "create", finalNewline: true });
    }
  });

  it("give an existing file its whole text, to the letter", () => {
    const value = { path: "a.md", content: "# A\n\n```js\nb();\n```\n" };
    const one = edit(value, { path: "a.md", source: "# A\n\n```js\na();\n```\n" });
    expect(one).toMatchObject({ format: "whole", action: "update", finalNewline: true });
    expect(showEdit(one)).toEqual(["~lines at 4", "-a();", "+b();"]);
  });

  it("with a marker in their text are sketches", () => {
    const content = "# ... existing code ...\ndef save(path):\n    return 1\n";
    expect(whole({ path: "io.py", content })).toMatchObject({ format: "lazy" });
  });

  it("are refused where the text is a part of the file", () => {
    expect(() => read({ path: "io.py", line: 2, content: "x = 1" })).toThrow(
      /line beside content says that the text is a part of the file/,
    );
    expect(() => read({ path: "io.py", new_string: "x = 1" })).toThrow(/no old string/);
  });

  it("are refused where the text is escaped once too often", () => {
    const content = "def load(path):\\n    return None\\n";
    expect(() => read({ path: "io.py", content })).toThrow(/escaped once too often/);
  });

  it("are the call where the file is JSON, the format whole, and the call names the file", () => {
    const place = { path: "a.json", source: '{"a": 1}\n', format: "whole" } as const;
    expect(read({ path: "a.json", content: '{"a": 2}\n' }, place)).toContain('+{"a": 2}');
    expect(read({ content: '{"a": 2}\n' }, place)).toContain('+{"content":"{\\"a\\": 2}\\n"}');
  });

  it("are refused for another file", () => {
    expect(() => read({ path: "net.py", content: "x" })).toThrow(/for net.py, not for io.py/);
  });
});

describe("JSON for a file of JSON", () => {
  const data = '{\n  "title": "a",\n  "content": "b"\n}\n';
  const place = { path: "post.json", source: data };

  it("is the file anew where it has the file's keys", () => {
    const fresh = '{\n  "title": "a",\n  "content": "c"\n}\n';
    expect(edit(fresh, place).format).toBe("whole");
    expect(edit(fresh, { path: "post.json", source: "" })).toMatchObject({ action: "create" });
    const rules = '{\n  "rules": [{ "find": "a", "replace": "b" }]\n}\n';
    expect(edit(rules.replace('"b"', '"c"'), { path: "r.json", source: rules }).format).toBe(
      "whole",
    );
  });

  it("is not the file anew where it has less than the file", () => {
    const rules =
      '{\n  "rules": [{ "find": "a", "replace": "b" }, { "find": "c", "replace": "d" }]\n}\n';
    const place = { path: "r.json", source: rules };
    expect(() => read('{ "rules": [{ "find": "a", "replace": "x" }] }', place)).toThrow(
      /known format/,
    );
    const nested = { path: "p.json", source: '{ "scripts": { "a": "1", "b": "2" } }\n' };
    expect(() => read('{ "scripts": { "a": "3" } }', nested)).toThrow(/known format/);
    expect(edit('{ "scripts": { "a": "3", "b": "2" } }\n', nested).format).toBe("whole");
  });

  it("is a call where it names the file, or has no key of it", () => {
    const written = edit({ path: "post.json", content: '{ "title": "z" }\n' }, place);
    expect(showEdit(written)).toContain('+{ "title": "z" }');
    const old = { old_string: '"title": "a"', new_string: '"title": "z"', dryRun: false };
    expect(read(old, place)).toEqual(["~lines at 2", '-  "title": "a",', '+  "title": "z",']);
  });

  it("is refused where it can be neither", () => {
    expect(() => read({ old_string: '"title"' }, place)).toThrow(/no new string/);
    expect(() => read({ path: "a.ts", file_text: "x" }, place)).toThrow(/for a.ts/);
    expect(() => read({ old_string: "nothing", new_string: "x", count: 1 }, place)).not.toThrow();
  });
});
