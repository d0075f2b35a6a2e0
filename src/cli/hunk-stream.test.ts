import { describe, expect, it } from "vitest";
import type { EditedFile, InstructEvent } from "../instruct/edit-files.ts";
import { unifiedDiff } from "../workspace/diff.ts";
import { hunkStream } from "./hunk-stream.ts";

const lines = Array.from({ length: 60 }, (_, i) => `  call(${i});`);
const before = { path: "a.js", text: `${lines.join("\n")}\n` };
const changed = (text: string): string =>
  text.replace("  call(5);\n", "  call(50);\n  more();\n").replace("  call(40);\n", "");
const after = changed(before.text);
const patch = unifiedDiff(before, { path: "a.js", text: after });

function start(file = before) {
  let out = "";
  let notes = "";
  const stream = hunkStream([file], {
    write: (text) => {
      out += text;
    },
    note: (text) => {
      notes += text;
    },
  });
  return { stream, out: () => out, notes: () => notes };
}

const asked = (via: "rewrite" | "region", range?: [number, number]): InstructEvent => ({
  type: "asked",
  via,
  paths: ["a.js"],
  ...(range && { lines: range }),
  promptTokens: 1,
  outputTokens: 1,
});

/** Writes an answer in pieces and notes after which character each output came. */
function write({ stream, out }: ReturnType<typeof start>, answer: string): number[] {
  const seen: number[] = [];
  for (let at = 0; at < answer.length; at += 3) {
    const size = out().length;
    stream.event({ type: "text", text: answer.slice(at, at + 3) });
    if (out().length > size) seen.push(at);
  }
  return seen;
}

describe("a diff that grows while it is written", () => {
  it("prints each hunk as soon as it is final, and the rest at the end", () => {
    const run = start();
    run.stream.event(asked("rewrite"));
    const answer = `Sure.\n<updated_file path="a.js">\n${after}</updated_file>\n`;
    const [first, second] = write(run, answer);
    expect(first).toBeGreaterThan(answer.indexOf("call(11);"));
    expect(first).toBeLessThan(answer.indexOf("call(15);"));
    expect(second).toBeLessThan(answer.indexOf("call(52);"));
    expect(run.out()).toBe(patch);
    run.stream.finish("a.js", patch);
    expect(run.out()).toBe(patch);
    expect(run.notes()).toBe("");
  });

  it("prints the part of a file with its indentation and line ends", () => {
    const windows = { path: "a.js", text: before.text.replaceAll("\n", "\r\n") };
    const run = start(windows);
    run.stream.event(asked("region", [4, 50]));
    const part = after
      .split("\n")
      .slice(3, 50)
      .map((line) => line.slice(2));
    write(run, `\`\`\`js\n${part.join("\n")}\n\`\`\`\nDone, and call(0); is as it was.\n`);
    const whole = unifiedDiff(windows, {
      path: "a.js",
      text: changed(before.text).replaceAll("\n", "\r\n"),
    });
    expect(run.out()).toBe(whole);
  });

  it("prints a file that comes in a code block", () => {
    const run = start();
    run.stream.event({ ...asked("rewrite"), fenced: true } as InstructEvent);
    write(run, `Sure.\n\`\`\`js\n${after}\`\`\`\nDone.\n`);
    expect(run.out()).toBe(patch);
  });

  it("prints the whole diff anew where the result is another one", () => {
    const run = start();
    run.stream.event(asked("rewrite"));
    write(run, `<updated_file path="a.js">\n${after}</updated_file>\n`);
    const result = before.text.replace("call(5)", "call(55)");
    const other = unifiedDiff(before, { path: "a.js", text: result });
    run.stream.finish("a.js", other);
    expect(run.notes()).toContain("The whole diff");
    expect(run.out()).toBe(patch + other);
  });

  it("prints a sketch when it was applied, and nothing of unknown files", () => {
    const run = start();
    run.stream.event(asked("rewrite"));
    write(run, `<updated_file path="other.js">\n${after}</updated_file>\n`);
    expect(run.out()).toBe("");
    const file = { path: "a.js", via: "cascade", result: { text: after } } as EditedFile;
    run.stream.event({ type: "edited", file });
    expect(run.out()).toBe(patch);
  });
});
