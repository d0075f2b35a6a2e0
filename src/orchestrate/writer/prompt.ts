import type { WriterEditType } from "./edit-type.ts";

export interface WriterMessage {
  readonly role: "system" | "user";
  readonly content: string;
}

/** What a model is asked about one part of a file. */
export interface WriterQuestion {
  readonly type: WriterEditType;
  readonly path: string;
  /** The part, without its outer indentation. */
  readonly code: string;
  readonly instruction: string | undefined;
  /** What tools say about the part, a message each; lines are those of the part, from 1. */
  readonly messages: readonly { readonly line: number; readonly message: string }[];
}

const answerForm =
  "Answer with this part after the change, whole, in one code block, and with nothing else. Leave nothing out.";

const writerRules: Readonly<Record<WriterEditType, string>> = {
  docs: "You document code. You are given a part of a file and an instruction. Write or correct comments and documentation as the language has them, and change no code.",
  fix: "You fix errors in code. You are given a part of a file and what is wrong with it. Make the smallest change that fixes it. Keep the names, the order, the comments and the indentation.",
  refactor:
    "You refactor code. You are given a part of a file and an instruction. What the code does stays exactly the same. Keep the comments and the indentation, and change nothing that the instruction does not ask for.",
  general:
    "You edit code. You are given a part of a file and an instruction. Keep the name, the order, the comments and the indentation. Change nothing that the instruction does not ask for.",
};

/** The messages of one question: the writerRules of its type, the part in a code block, what is asked. */
export function writerPrompt(question: WriterQuestion, fenced: string): readonly WriterMessage[] {
  const { type, path, instruction, messages } = question;
  const said = messages.map(({ line, message }) => `line ${line} of this part: ${message}`);
  const asked = [
    ...(instruction === undefined ? [] : [instruction]),
    ...(said.length === 0 ? [] : [`What is wrong:\n${said.join("\n")}`]),
  ];
  return [
    { role: "system", content: `${writerRules[type]} ${answerForm}` },
    { role: "user", content: `A part of ${path}:\n\n${fenced}\n\n${asked.join("\n\n")}` },
  ];
}

/** The messages behind a refused answer. */
export const writerCorrection = (
  asked: readonly WriterMessage[],
  answer: string,
  problem: string,
): readonly { readonly role: "system" | "user" | "assistant"; readonly content: string }[] => [
  ...asked,
  { role: "assistant", content: answer },
  { role: "user", content: `That cannot be used: ${problem} ${answerForm}` },
];
