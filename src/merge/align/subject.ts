import { declaredName } from "./names.ts";

/** What a line declares, assigns, or that it leaves its scope: two such lines one after the other make no sense. */
export function subjectOf(text: string): string | undefined {
  const leaves = /^\s*(return|raise|throw|break|continue)\b/.exec(text);
  if (leaves) return "leaves the scope";
  const target =
    /^\s*(?:[\p{L}_][\p{L}\p{N}_<>,.[\]*&?]*\s+){0,4}([\p{L}_$@][\p{L}\p{N}_$.[\]'"]*)\s*(?::[^=]*)?(?<![=!<>])[:+-]?=(?![=>])/u.exec(
      text,
    );
  if (target) return target[1];
  const key = /^\s*(?:-\s+)?([\p{L}_][\p{L}\p{N}_-]{0,60}|"[^"]{1,60}"):(?:\s|$)/u.exec(text);
  return key ? key[1] : declaredName(text);
}
