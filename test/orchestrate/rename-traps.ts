import { expect } from "vitest";
import { RedraftError } from "../../src/core/errors.ts";
import { planRename, type RenameRequest } from "../../src/orchestrate/rename/rename.ts";
import { marked, memoryView } from "../support/memory-repository.ts";

/** A rename with its expected result in the marks of the files, or with the refusal that it must get. */
export interface Trap extends Partial<Omit<RenameRequest, "at">> {
  readonly files: Readonly<Record<string, string>>;
  /** `path:line`, or `path:line:column`. */
  readonly at?: string;
  /** The code of the refusal, and a part of its message. */
  readonly refused?: readonly [code: string, part: string];
}

/** One file is enough for most traps. */
export const ts = (text: string): Trap["files"] => ({ "a.ts": text });
export const py = (text: string): Trap["files"] => ({ "a.py": text });
export const go = (text: string): Trap["files"] => ({
  "go.mod": "module m.test/m\n",
  "a.go": `package a\n\n${text}`,
});

/** `old` becomes `next`, if the trap says nothing else. */
export async function spring({ files, at, refused, ...request }: Trap): Promise<void> {
  const { from = "old", to = "next" } = request;
  const both = Object.entries(files).map(([path, text]) => [path, marked(text, to)] as const);
  const view = await memoryView(
    Object.fromEntries(both.map(([path, { before }]) => [path, before])),
  );
  const [path = "", line = "", column] = at?.split(":") ?? [];
  const place = { path, line: Number(line), ...(column && { column: Number(column) }) };
  const made = await planRename(view, {
    ...request,
    from,
    to,
    at: at === undefined ? undefined : place,
  }).catch((error: unknown) => error as Error);
  if (refused) {
    expect(made).toBeInstanceOf(RedraftError);
    expect(made).toMatchObject({ code: refused[0] });
    expect((made as Error).message).toContain(refused[1]);
    return;
  }
  if (made instanceof Error) throw made;
  const written = new Map(made.files.map((file) => [file.path, file.after]));
  for (const [name, { before, after }] of both) {
    expect(written.get(name) ?? before, name).toBe(after);
  }
}
