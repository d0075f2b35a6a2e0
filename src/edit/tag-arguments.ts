import { pathIn } from "./paths.ts";
import { wordsOfName } from "./side-names.ts";
import type { TaggedText } from "./tags.ts";

const pathNames = new Set(["path", "file", "filepath", "filename"]);
const lineNames = new Set(["line", "lines", "startline", "start"]);
const aside = new Set(
  (
    "think thinking thought thoughts reasoning reason explanation explain description instruction instructions " +
    "summary analysis plan comment scratchpad note notes reflection"
  ).split(" "),
);

/** The path that an element names: as its text (`<path>a.ts</path>`), or in an attribute (`filePath="a.ts"`). */
export function pathOfElement(element: TaggedText): string | undefined {
  for (const [name, value] of element.attributes) {
    const words = wordsOfName(name);
    const says = words.some((word) => pathNames.has(word)) || name === "name" || name === "id";
    if (says && pathIn(value) !== undefined) return pathIn(value);
  }
  return isPathArgument(element) ? pathIn(element.text.trim()) : undefined;
}

/** Whether an element's text is a path and nothing else. */
export function isPathArgument(element: TaggedText): boolean {
  const text = element.text.trim();
  return (
    !text.includes("\n") &&
    wordsOfName(element.label).some((word) => pathNames.has(word)) &&
    pathIn(text) !== undefined
  );
}

/** The line of the file that attributes of an element name (`line="12"`, `lines=12-14`), as a hint. */
export function lineHint(element: TaggedText): number | undefined {
  for (const [name, value] of element.attributes) {
    if (!wordsOfName(name).some((word) => lineNames.has(word))) continue;
    const number = /^\D{0,2}(\d+)/.exec(value)?.[1];
    if (number !== undefined) return Number(number);
  }
  return undefined;
}

/** Whether an element says something about the edit, and is no part of it. */
export function isAside(element: TaggedText): boolean {
  return wordsOfName(element.label).some((word) => aside.has(word));
}
