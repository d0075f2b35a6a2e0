/** An edit of one file as the large model wrote it. */
export interface WrittenEdit {
  /** As the model wrote it; absent where it named no file. */
  readonly path?: string;
  readonly text: string;
  readonly instruction?: string;
  /** The block has no end: the answer was cut off. */
  readonly cutOff: boolean;
}

/**
 * The `edit_file` blocks of an answer. Also taken, because models write them: the same as JSON (a tool call written
 * out), and, without any block, the one fenced block of the answer. Thoughts before the answer are left out.
 */
export function readSketches(answer: string): WrittenEdit[] {
  const text = withoutThoughts(answer);
  const blocks = answerBlocks(text, "edit_file");
  if (blocks.length > 0) {
    return blocks.map(({ body, closed }) => {
      const path = innerOf(body, "target_file")?.body.trim();
      const instruction = innerOf(body, "instructions")?.body.trim();
      const edit = innerOf(body, "code_edit");
      return {
        ...(path && { path }),
        ...(instruction && { instruction }),
        text: trimEnds(edit?.body ?? ""),
        cutOff: edit === undefined ? !closed : !edit.closed,
      };
    });
  }
  return fromJson(text) ?? fromFence(text);
}

/** The `updated_file` blocks of an answer to a rewrite prompt; without any, its one fenced block. */
export function readRewrites(answer: string): WrittenEdit[] {
  const text = withoutThoughts(answer);
  const blocks = answerBlocks(text, "updated_file");
  if (blocks.length === 0) return fromFence(text);
  return blocks.map(({ attributes, body, closed }) => {
    const path = /path\s*=\s*["']([^"']*)["']/.exec(attributes)?.[1];
    return { ...(path && { path }), text: afterFirstLineEnd(body), cutOff: !closed };
  });
}

/** The first fenced block of an answer that is asked to have one; undefined where there is none. */
export function readFenced(answer: string): WrittenEdit | undefined {
  const text = withoutThoughts(answer);
  const open = /^(`{3,}|~{3,})[^\n`]*\n/m.exec(text);
  if (!open) return undefined;
  const body = text.slice(open.index + open[0].length);
  const end = new RegExp(`^${open[1]}[ \\t]*$`, "m").exec(body);
  return end ? { text: body.slice(0, end.index), cutOff: false } : { text: body, cutOff: true };
}

/** An answer from where the model has stopped thinking aloud. */
export function withoutThoughts(answer: string): string {
  return answer.replace(/^\s*<think(?:ing)?>[\s\S]*?<\/think(?:ing)?>\s*/, "");
}

interface AnswerBlock {
  readonly attributes: string;
  readonly body: string;
  readonly closed: boolean;
}

/** A block ends at its last end tag before the next block begins: its code may hold such tags itself. */
function answerBlocks(text: string, tag: string): AnswerBlock[] {
  const starts = [...text.matchAll(new RegExp(`^[ \\t]*<${tag}((?:\\s[^>\\n]*)?)>`, "gm"))];
  return starts.map((start, index) => {
    const from = start.index + start[0].length;
    const part = text.slice(from, starts[index + 1]?.index ?? text.length);
    const end = part.lastIndexOf(`</${tag}>`);
    const body = end < 0 ? part : part.slice(0, end);
    return { attributes: start[1] ?? "", body, closed: end >= 0 };
  });
}

function innerOf(body: string, tag: string): { body: string; closed: boolean } | undefined {
  const start = body.indexOf(`<${tag}>`);
  if (start < 0) return undefined;
  const from = start + tag.length + 2;
  const end = tag === "code_edit" ? body.lastIndexOf(`</${tag}>`) : body.indexOf(`</${tag}>`, from);
  return end < from
    ? { body: body.slice(from), closed: false }
    : { body: body.slice(from, end), closed: true };
}

/** A tool call written out: `{"target_file": .., "code_edit": ..}`, alone, in a list, or as `arguments`. */
function fromJson(text: string): WrittenEdit[] | undefined {
  const plain = fencedBody(text)?.body ?? text;
  if (!/^\s*[[{]/.test(plain)) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(plain);
  } catch {
    return undefined;
  }
  const edits: WrittenEdit[] = [];
  for (const item of Array.isArray(value) ? value : [value]) {
    const call = (item as { arguments?: unknown } | null)?.arguments ?? item;
    const fields = call as Record<string, unknown> | null;
    if (typeof fields?.code_edit !== "string") return undefined;
    const { target_file: path, instructions } = fields;
    edits.push({
      ...(typeof path === "string" && { path }),
      ...(typeof instructions === "string" && { instruction: instructions }),
      text: fields.code_edit,
      cutOff: false,
    });
  }
  return edits;
}

function fromFence(text: string): WrittenEdit[] {
  const fence = fencedBody(text);
  return fence ? [{ text: fence.body, cutOff: !fence.closed }] : [];
}

/** The body of the answer's one fenced block; undefined where there is none, or more than one. */
function fencedBody(text: string): { body: string; closed: boolean } | undefined {
  const open = /^(`{3,}|~{3,})[^\n`]*\n/m.exec(text);
  if (!open) return undefined;
  const from = open.index + open[0].length;
  const ends = [...text.slice(from).matchAll(new RegExp(`^${open[1]}[^\\n]*$`, "gm"))];
  if (ends.length > 1) return undefined;
  const end = ends[0];
  return end
    ? { body: text.slice(from, from + end.index), closed: true }
    : { body: text.slice(from), closed: false };
}

function afterFirstLineEnd(body: string): string {
  return body.replace(/^[ \t]*\r?\n/, "");
}

function trimEnds(body: string): string {
  return afterFirstLineEnd(body).replace(/\r?\n[ \t]*$/, "\n");
}
