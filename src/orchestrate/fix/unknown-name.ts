import type { FixRule } from "./rule.ts";

export interface Unknown {
  readonly name: string;
  /** What the tool itself would write. */
  readonly suggested?: string;
}

const unknownForms: readonly RegExp[] = [
  // tsc
  /^Cannot find (?:name|namespace) '(?<name>[^']+)'\.(?: Did you mean '(?<suggested>[\w$]+)'\?)?/u,
  /^'(?<name>[^']+)' only refers to a type, but is being used as a value here/u,
  /^No value exists in scope for the shorthand property '(?<name>[^']+)'/u,
  // Python
  /^name '(?<name>[^']+)' is not defined(?:\. Did you mean: '(?<suggested>\w+)'\?)?/u,
  /^[Uu]ndefined name ['`](?<name>[^'`]+)['`]/u,
  /^Name "(?<name>[^"]+)" is not defined/u,
  // Go
  /^undefined: (?<name>[\p{L}_][\p{L}\p{N}_]*)$/u,
  // ESLint
  /^'(?<name>[^']+)' is not defined/u,
];

/** Reads that a name is not known. */
export const recogniseUnknown: FixRule<Unknown>["recognise"] = (said) => {
  for (const form of unknownForms) {
    const { name, suggested } = form.exec(said)?.groups ?? {};
    if (name !== undefined) return suggested === undefined ? { name } : { name, suggested };
  }
  return undefined;
};
