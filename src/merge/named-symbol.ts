import type { LineRange } from "../core/merge.ts";
import { declares } from "../text/declares.ts";
import { columnsOf } from "../text/indent.ts";
import type { TextLine } from "../text/lines.ts";
import { endOfSymbol } from "./align/symbol.ts";

/**
 * The lines of every symbol of this name, decorators above it included. `Store.get` names a symbol inside another one; a name
 * alone is found at any depth.
 */
export function symbolsNamed(source: readonly TextLine[], name: string): LineRange[] {
  const names = name.split(/\.|::|#/).filter((part) => part !== "");
  let scopes: LineRange[] = [{ start: 0, end: source.length }];
  for (const part of names) {
    scopes = scopes.flatMap((scope) => declarationsIn(source, scope, part));
  }
  return scopes.map(({ start, end }) => ({ start: withDecorators(source, start), end }));
}

function declarationsIn(source: readonly TextLine[], scope: LineRange, name: string): LineRange[] {
  const found: LineRange[] = [];
  for (let line = scope.start; line < scope.end; line++) {
    const declared = declares(source[line]!.text);
    if (declared === name || declared?.split(/\.|::/).at(-1) === name) {
      found.push({ start: line, end: endOfSymbol(source, line) });
    }
  }
  return found;
}

/** The first line of the decorators above a declaration, or its own. */
export function withDecorators(source: readonly TextLine[], header: number): number {
  const column = columnsOf(source[header]!.text);
  let start = header;
  while (start > 0) {
    const { text } = source[start - 1]!;
    if (columnsOf(text) !== column || !/^\s*(?:@|#!?\[|\[[\p{L}_])/u.test(text)) break;
    start--;
  }
  return start;
}
