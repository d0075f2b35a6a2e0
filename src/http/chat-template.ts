import type { TokenTarget } from "../core/target.ts";

export interface ChatMessage {
  readonly role: "system" | "developer" | "user" | "assistant";
  readonly content: string;
}

/** Turns messages into the text a model continues. */
export type ChatTemplate = (messages: readonly ChatMessage[]) => string;

/** The template of Qwen and many others; the answer ends with `<|im_end|>`. */
export const chatml: ChatTemplate = (messages) => {
  const turns = messages.map(({ role, content }) => {
    const name = role === "developer" ? "system" : role;
    return `<|im_start|>${name}\n${content}<|im_end|>\n`;
  });
  return `${turns.join("")}<|im_start|>assistant\n`;
};

/** For models that were trained on no dialogue: the contents one after the other, and nothing else. */
export const plain: ChatTemplate = (messages) => messages.map(({ content }) => content).join("\n");

/** `chatml` where the vocabulary has its marks as single tokens, else `plain`. */
export async function detectChatTemplate(target: TokenTarget): Promise<ChatTemplate> {
  const marks = await Promise.all(
    ["<|im_start|>", "<|im_end|>"].map((mark) => target.tokenize(mark, { special: true })),
  );
  return marks.every((tokens) => tokens.length === 1) ? chatml : plain;
}
