/** What tools write before their message: `TS2304: `, `F401 [*] `, `[E0308]: `, `NameError: `. */
const codes =
  /^(?:\[?[A-Z]{1,4}\d{2,5}\]?:? ?(?:\[\*\] )?|invalid-syntax: |[A-Z][A-Za-z]{0,40}(?:Error|Warning): )/u;
/** What they write behind it: `  [arg-type]`, ` [Error/no-undef]`, ` (no-undef)`, `  no-undef`. */
const tails =
  /(?: {2}\[[a-z][a-z-]{0,40}\]| \[(?:Error|Warning)\/[^\][]{1,80}\]| \((?:@?[a-z][a-z/-]{1,60})\)| {2,20}@?[a-z][\w@/-]{0,80})$/u;

/** A message without the code that its tool gives it. */
export const messageWithoutCode = (message: string): string =>
  message.replace(codes, "").replace(tails, "").trim();

/** The code before a message, where it has one: `TS2304`, `F401`, `NameError`. */
export const codeBefore = (message: string): string | undefined =>
  /^\[?(?<code>[A-Z]{1,4}\d{2,5}|invalid-syntax|[A-Z][A-Za-z]{0,40}(?:Error|Warning))\]?[ :]/u.exec(
    message,
  )?.groups?.code;

/** Whether a message is about the form of a text: then what else is wrong with it is often not known yet. */
export const isSyntaxMessage = (message: string): boolean =>
  /^(?:TS1\d{3}\b|invalid-syntax|E9\d\d\b|(?:SyntaxError|IndentationError|TabError): |syntax error\b|invalid syntax\b|[Ee]xpected ['`]|'[([{]' was never closed|closing parenthesis |Parsing error: )|\[syntax\]$/u.test(
    message,
  );
