import { RedraftError } from "../core/errors.ts";
import { changesBetween } from "./changes.ts";
import type { EditFormat } from "./format.ts";
import { samePath } from "./paths.ts";
import { fenceOf, unwrap } from "./wrapping.ts";

/** The whole file as it is to be, bare or in a code fence, perhaps with a path line before it. */
export const whole: EditFormat = {
  name: "whole",

  recognise(input) {
    if (input.text.trim() === "") return undefined;
    return "it has no markers of any other format, so it is the whole file";
  },

  read(input, why) {
    const text = unwrap(input);
    if (text.cutOff) {
      throw new RedraftError(
        "unreadable-edit",
        `the code fence opened on line ${text.at - 1} is never closed: the text is cut off. Send it again, whole.`,
        { details: { line: text.at - 1, format: "whole" } },
      );
    }
    if (text.path !== undefined && !samePath(text.path, input.path)) {
      throw new RedraftError("no-match", `the text is for ${text.path}, not for ${input.path}.`, {
        details: { path: input.path, named: text.path },
      });
    }
    const first = text.lines.find((line) => line.trim() !== "");
    if (!text.fenced && first !== undefined && fenceOf(first) && !input.inSource(first)) {
      throw new RedraftError(
        "unreadable-edit",
        "the edit holds several code blocks, and which of them is the file is not said. Send one block.",
        { details: { format: "whole" } },
      );
    }
    // What is written is what is meant, to the blank: nothing has to be placed, so nothing is tolerated.
    const segments = changesBetween(input.sourceLines, text.lines, text.at);
    const named = text.path === undefined ? {} : { path: text.path };
    const action = input.source === "" ? "create" : "update";
    const ended = text.fenced || /[\r\n]$/.test(input.text);
    return { format: "whole", why, extent: "parts", segments, action, ended, ...named };
  },
};
