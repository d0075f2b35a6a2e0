/** A value of a JSON text with its range: from `start` to `end`, not included. */
export type JsonRange =
  | {
      readonly kind: "object";
      readonly start: number;
      readonly end: number;
      readonly members: readonly Member[];
    }
  | {
      readonly kind: "array";
      readonly start: number;
      readonly end: number;
      readonly items: readonly JsonRange[];
    }
  | { readonly kind: "string" | "other"; readonly start: number; readonly end: number };

export interface Member {
  readonly key: string;
  readonly keyStart: number;
  readonly value: JsonRange;
}

/** The range of every value of a JSON text. The text must be valid: `JSON.parse` is asked first. */
export function jsonRanges(text: string): JsonRange {
  let at = 0;
  const blank = (): void => {
    while (at < text.length && " \t\r\n".includes(text[at]!)) at++;
  };
  const string = (): JsonRange => {
    const start = at++;
    while (text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
    return { kind: "string", start, end: ++at };
  };
  const value = (): JsonRange => {
    blank();
    const start = at;
    const first = text[at];
    if (first === '"') return string();
    if (first === "{") {
      const members: Member[] = [];
      for (at++, blank(); text[at] !== "}"; blank()) {
        const key = string();
        blank();
        at++; // the colon
        const member = value();
        members.push({
          key: JSON.parse(text.slice(key.start, key.end)) as string,
          keyStart: key.start,
          value: member,
        });
        blank();
        if (text[at] === ",") at++;
        blank();
      }
      return { kind: "object", start, end: ++at, members };
    }
    if (first === "[") {
      const items: JsonRange[] = [];
      for (at++, blank(); text[at] !== "]"; blank()) {
        items.push(value());
        blank();
        if (text[at] === ",") at++;
        blank();
      }
      return { kind: "array", start, end: ++at, items };
    }
    while (at < text.length && !",]} \t\r\n".includes(text[at]!)) at++;
    return { kind: "other", start, end: at };
  };
  return value();
}

/** The member of an object; of several with one key the last, as JSON.parse has it. */
export function memberOf(range: JsonRange | undefined, key: string): Member | undefined {
  return range?.kind === "object" ? range.members.findLast((one) => one.key === key) : undefined;
}
