import type { ApplyCase } from "./cases.ts";

/**
 * Every edit with the file of another case in the same language: an answer other than a refusal, or that file
 * unchanged, is wrong. Whole files are left out, which say nothing of what they replace; and so are languages
 * with one file.
 */
export function* foreignCases(cases: Iterable<ApplyCase>): Generator<ApplyCase> {
  const all = [...cases].filter(({ format }) => format !== "whole");
  const files = new Map<string, ApplyCase[]>();
  for (const one of all) {
    const same = files.get(one.language) ?? [];
    if (!same.some(({ before }) => before === one.before)) same.push(one);
    files.set(one.language, same);
  }
  let turn = 0;
  for (const one of all) {
    const others = files.get(one.language)!.filter(({ path }) => path !== one.path);
    if (others.length === 0) continue;
    const { path, before } = others[turn++ % others.length]!;
    // The other file has not drifted from anything: its edit is placed in it as it is.
    const { base: _, ...edit } = one;
    yield { ...edit, id: `${one.id} in ${path}`, path, before, after: before };
  }
}
