/** Where tools write the code of a message, tried in turn. */
const codeForms: readonly RegExp[] = [
  // rustc `[E0308]: ...`
  /^\[(?<code>[A-Z]\d{2,5})\]/,
  // tsc `TS2304: ...`, ruff `F401 [*] ...`, MSVC `CS0168: ...`
  /^(?<code>[A-Z]{1,4}\d{2,5})(?=[ :])/,
  // ruff `invalid-syntax: ...`
  /^(?<code>invalid-syntax): /,
  // Python `NameError: ...`
  /^(?<code>[A-Z][A-Za-z]{0,40}(?:Error|Warning|Exception)): /,
  // ESLint, unix form: `... [Error/no-undef]`
  /\[(?:Error|Warning)\/(?<code>[^\][]{1,80})\]$/,
  // mypy `...  [arg-type]`
  / {2}\[(?<code>[a-z][a-z-]{0,40})\]$/,
  // pyright `... (reportMissingImports)`, ESLint, compact form: `... (no-undef)`
  / \((?<code>report[A-Za-z]{1,40}|[a-z@][a-z@/-]{0,60}-[a-z/-]{1,60})\)$/,
  // ESLint, default form: `...  no-undef`
  /\S {2,}(?<code>[a-z@][\w@/-]{0,80})$/,
];

/** The code in a message, as its tool writes it; undefined where there is none. */
export function codeIn(message: string): string | undefined {
  for (const form of codeForms) {
    const code = form.exec(message)?.groups?.code;
    if (code !== undefined) return code;
  }
  return undefined;
}
