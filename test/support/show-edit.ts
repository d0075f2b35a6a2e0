import type { Edit } from "../../src/core/edit.ts";

const signs = { keep: " ", drop: "-", add: "+", either: "=" } as const;

/** Segments as lines a person reads: ` ` keep, `-` drop, `+` add, `=` either, `~` what is said beside them. */
export function showEdit(edit: Edit): string[] {
  return edit.segments.flatMap((segment) => {
    if (segment.kind !== "lines") return [`~${segment.kind} ${segment.text.trim()}`];
    const { nearLine, atLine, anchor, under } = segment;
    const said = [
      nearLine === undefined ? "" : ` near ${nearLine}`,
      atLine === undefined ? "" : ` at ${atLine}`,
      anchor === undefined ? "" : ` ${anchor}`,
      under === undefined ? "" : ` under ${under.join(" > ")}`,
    ].join("");
    return [`~lines${said}`, ...segment.lines.map((line) => signs[line.role] + line.text)];
  });
}
