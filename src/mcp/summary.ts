import type { FileAnswer } from "../workspace/editor.ts";

/** One line about one file: what happened, how, and how much. */
export function answerSummary(answer: FileAnswer): string {
  const name = answer.movedTo === undefined ? answer.path : `${answer.path} -> ${answer.movedTo}`;
  if (!answer.changed) return `${name}: nothing to do, the file already has this text.`;
  const verb = {
    update: ["edited", "would be edited"],
    create: ["created", "would be created"],
    delete: ["deleted", "would be deleted"],
    move: ["moved", "would be moved"],
  }[answer.action][answer.written ? 0 : 1];
  const size = `+${answer.added} -${answer.removed}`;
  const notes = answer.notes.length > 0 ? ` Note: ${answer.notes.join("; ")}.` : "";
  const hash = answer.hash === undefined ? "" : ` Hash ${answer.hash}.`;
  return `${name}: ${verb} (${size}) by ${answer.route}: ${answer.routeReason}.${notes}${hash}`;
}
