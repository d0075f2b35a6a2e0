import { RedraftError } from "../../core/errors.ts";
import type { NameLanguage } from "../index/languages.ts";

const reserved: Readonly<Record<NameLanguage, ReadonlySet<string>>> = {
  script: new Set(
    "arguments async await break case catch class const constructor continue debugger default delete do else enum eval export extends false finally for function get if implements import in instanceof interface let new null of package private protected public return set static super switch this throw true try typeof undefined using var void while with yield".split(
      " ",
    ),
  ),
  python: new Set(
    "False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield _".split(
      " ",
    ),
  ),
  go: new Set(
    "break case chan const continue default defer else fallthrough for func go goto if import init interface main map package range return select struct switch type var _".split(
      " ",
    ),
  ),
};

const nameForms: Readonly<Record<NameLanguage, RegExp>> = {
  script: /^#?[\p{ID_Start}$_][\p{ID_Continue}$]*$/u,
  python: /^[\p{XID_Start}_][\p{XID_Continue}]*$/u,
  go: /^[\p{L}_][\p{L}\p{Nd}_]*$/u,
};

/**
 * Refuses names that a language does not allow, or to which it gives a meaning of its own.
 *
 * @throws `usage`
 */
export function requireName(name: string, language: NameLanguage, what: "old" | "new"): void {
  const isSpecial = language === "python" && /^__\w+__$/u.test(name);
  // Inside a class Python puts the name of the class in front of it.
  const isMangled = language === "python" && what === "new" && /^__\w/u.test(name) && !isSpecial;
  const isForm = nameForms[language].test(name);
  if (isForm && !reserved[language].has(name) && !isSpecial && !isMangled) return;
  const why = isMangled
    ? "means another name inside a class, for its two underscores"
    : isForm
      ? "has a meaning of its own there"
      : "is not a name there";
  const shown = { script: "JavaScript and TypeScript", python: "Python", go: "Go" }[language];
  throw new RedraftError(
    "usage",
    what === "new"
      ? `\`${name}\` cannot be a new name in ${shown}: it ${why}. Nothing was written. Choose another name.`
      : `\`${name}\` cannot be renamed in ${shown}: it ${why}.`,
    { details: { name, language } },
  );
}

/** Whether Go lets other packages use a name. */
export const isExportedInGo = (name: string): boolean => /^\p{Lu}/u.test(name);
