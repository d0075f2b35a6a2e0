import { columnsOf } from "../text/indent.ts";

/** Something that a text declares: a function, a class, a constant, a section, a test. */
export interface Declaration {
  readonly name: string;
  /** Names of the declarations around it, outermost first. */
  readonly scope: string;
  /** 0-based line of its name, and its last line. */
  readonly line: number;
  readonly end: number;
}

/** Finds declarations in one text. */
export interface Declarations {
  /** What a 0-based line declares. */
  on(line: number): readonly Declaration[];
  /** All declarations of one name. */
  named(name: string): readonly Declaration[];
}

const modifiers =
  "(?:(?:export|default|pub(?:\\([\\w: ]+\\))?|public|private|protected|internal|static|final|abstract|async|open|override|sealed|data|inline|extern|unsafe|virtual|suspend|local|partial|readonly|declare|const(?= fn)|case|lazy|implicit|native|synchronized)\\s+)*";
const declarationWords =
  "function\\*?|func|fun|fn|defp?|defmacro|defmodule|defn-?|class|interface|struct|enum|union|trait|object|protocol|extension|module|namespace|mod|type|typealias|record|sub|proc|procedure|macro|actor|contract|message|service|rpc|schema|model|impl|subroutine|annotation|@interface|newtype|instance";
const byKeyword = new RegExp(
  `^\\s*${modifiers}(?:${declarationWords})\\s+([\\p{L}_$][\\p{L}\\p{N}_$.:?!]*)`,
  "u",
);
const byValue = new RegExp(
  `^${modifiers}(?:const|let|var|val|static)\\s+(?:mut\\s+)?([\\p{L}_$][\\p{L}\\p{N}_$]*)`,
  "u",
);
const byGoMethod = /^func\s*\([^)]*\)\s*([\p{L}_][\p{L}\p{N}_]*)/u;
const byBody =
  /^\s*(?:[\p{L}_$@][\p{L}\p{N}_$<>[\],.*&:?]*\s+)*[*&]?([\p{L}_$][\p{L}\p{N}_$]*)\s*\([^;]*\{\s*$/u;
const byArrow =
  /^\s*([\p{L}_$][\p{L}\p{N}_$]*)\s*(?::|=)\s*(?:async\s*)?(?:function\b|\([^)]*\)\s*(?::[^=]+)?=>)/u;
const byTest =
  /^\s*(?:it|test|describe|context|specify|scenario|suite)(?:\.\w+)*\s*\(?\s*(["'`][^"'`]+["'`])/u;
const bySql =
  /^\s*create\s+(?:or\s+replace\s+)?(?:temp(?:orary)?\s+|unique\s+|materialized\s+)*(?:table|view|index|function|procedure|trigger|type|schema)\s+(?:if\s+not\s+exists\s+)?([\w."`[\]]+)/iu;
const bySection = /^\s*\[{1,2}\s*([\w.:"'/ -]+?)\s*\]{1,2}\s*(?:[#;].*)?$/u;
const byBlock = /^(?:resource|data|variable|output|module|provider|locals)\s+("[^{]+")\s*\{/u;
const byTarget = /^([\w./%$()-]+)\s*::?(?:\s|$)/u;
const byHeading = /^#{1,6}\s+(\S.{0,400}?)\s{0,200}#{0,200}$/u;

const controlWords = new Set(
  "if for while switch catch return else do with using lock foreach unless until when match select try synchronized elif super this new throw await yield not and or in of function".split(
    " ",
  ),
);

const sections = /\.(?:ini|toml|cfg|conf|editorconfig|properties|desktop|service)$/iu;
const targets = /(?:^|[\\/])(?:GNU)?makefile$|\.(?:mk|ya?ml)$/iu;
const headings = /\.(?:md|mdx|markdown)$/iu;

/** What a line declares, by its words alone. */
export function declaredBy(line: string, path: string): string | undefined {
  if (line.trim() === "" || line.length > 400) return undefined;
  if (headings.test(path)) return byHeading.exec(line)?.[1];
  if (sections.test(path)) return bySection.exec(line)?.[1];
  if (targets.test(path)) return byTarget.exec(line)?.[1];
  const found =
    byKeyword.exec(line) ??
    byGoMethod.exec(line) ??
    byValue.exec(line) ??
    byTest.exec(line) ??
    byArrow.exec(line) ??
    byBody.exec(line) ??
    bySql.exec(line) ??
    byBlock.exec(line);
  const name = found?.[1];
  return name === undefined || controlWords.has(name) ? undefined : name;
}

/** A line that may declare something in some language; only these are worth a parse. */
export function mayDeclare(line: string): boolean {
  if (byTest.test(line)) return true;
  const word = /^\s*([\p{L}_$]*)/u.exec(line)![1]!;
  if (/^(?:return|if|for|while|switch|case|throw|await|yield|import|from|using|else)$/u.test(word))
    return false;
  const unquoted = /^[^"'`]*["'`]?/u.exec(line)![0];
  return /[\p{L}_$]\p{N}*\s*(?:[(=:{<;,[]|$)/u.test(unquoted);
}

/** Declarations by pattern and indentation, for languages without a grammar. */
export function declarationsByPattern(lines: readonly string[], path: string): Declarations {
  const at = (line: number): Declaration[] => {
    const name = declaredBy(lines[line] ?? "", path);
    return name === undefined ? [] : [{ name, line, ...scopeAround(lines, line, path) }];
  };
  let all: Map<string, number[]> | undefined;
  return {
    on: at,
    named(name) {
      if (!all) {
        all = new Map();
        for (const [line, text] of lines.entries()) {
          const found = declaredBy(text, path);
          if (found !== undefined) all.set(found, [...(all.get(found) ?? []), line]);
        }
      }
      return (all.get(name) ?? []).flatMap(at);
    },
  };
}

function scopeAround(
  lines: readonly string[],
  line: number,
  path: string,
): Pick<Declaration, "scope" | "end"> {
  const own = columnsOf(lines[line]!);
  let depth = own;
  const scope: string[] = [];
  for (let above = line - 1; above >= 0 && depth > 0; above--) {
    if (lines[above]!.trim() === "" || columnsOf(lines[above]!) >= depth) continue;
    depth = columnsOf(lines[above]!);
    const name = declaredBy(lines[above]!, path);
    if (name !== undefined) scope.unshift(name);
  }
  return { scope: scope.join("/"), end: blockEnd(lines, line, own) };
}

/** The last line of what a line opens, as far as indentation says. */
function blockEnd(lines: readonly string[], line: number, own: number): number {
  let end = line;
  for (let below = line + 1; below < lines.length; below++) {
    if (lines[below]!.trim() === "") continue;
    if (columnsOf(lines[below]!) > own) {
      end = below;
      continue;
    }
    const closes = columnsOf(lines[below]!) === own && /^\s*(?:[)\]}]|end\b)/u.test(lines[below]!);
    return closes && end >= line ? below : end;
  }
  return end;
}
