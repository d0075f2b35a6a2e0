/** Whether a line holds nothing but white space. */
export const isBlank = (text: string): boolean => text.trim() === "";

/** The contrary of `isBlank`, as a predicate that can be passed on. */
export const isFilled = (text: string): boolean => text.trim() !== "";

/** Whether every line is blank; true of no lines. */
export const areBlank = (lines: readonly string[]): boolean => lines.every(isBlank);

/** Whether a text holds a letter or a digit of any script. Brackets and punctuation alone identify no place in a file. */
export const hasWords = (text: string): boolean => /[\p{L}\p{N}]/u.test(text);
