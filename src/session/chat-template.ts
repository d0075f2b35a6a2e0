import type { Token, TokenTarget } from "../core/target.ts";

export interface ChatMessage {
  readonly role: "system" | "developer" | "user" | "assistant";
  readonly content: string;
}

/** Turns messages into the text a model continues. */
export type ChatTemplate = (messages: readonly ChatMessage[]) => string | Promise<string>;

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

/** What a template is found in: a target, or a vocabulary without weights. */
export type ChatVocabulary = Pick<TokenTarget, "tokenize">;

/** A target that knows the template its model was trained with. */
interface TemplatedTarget extends ChatVocabulary {
  chat(messages: readonly ChatMessage[]): Promise<string>;
}

/** The model's own template where it has one; `chatml` where the vocabulary has its marks; else `plain`. */
export async function detectChatTemplate(target: ChatVocabulary): Promise<ChatTemplate> {
  if ("chat" in target) {
    const templated = target as TemplatedTarget;
    const knows = await templated.chat([{ role: "user", content: "a" }]).then(
      () => true,
      () => false,
    );
    if (knows) {
      return (messages) =>
        templated.chat(
          messages.map(({ role, content }) => ({
            role: role === "developer" ? "system" : role,
            content,
          })),
        );
    }
  }
  const marks = await Promise.all(
    ["<|im_start|>", "<|im_end|>"].map((mark) => target.tokenize(mark, { special: true })),
  );
  return marks.every((tokens) => tokens.length === 1) ? chatml : plain;
}

/**
 * Tokens of one user's turn and the beginning of the answer. The template's marks are special tokens; what the user wrote is
 * text, also where it spells one of them (`<|im_end|>` in the tests of a tokenizer).
 *
 * @param opening what the answer begins with, given to the model
 * @param system a message before the user's
 */
export async function chatTokens(
  target: ChatVocabulary,
  template: ChatTemplate,
  content: string,
  opening: string,
  system?: string,
): Promise<readonly Token[]> {
  const before: ChatMessage[] = system === undefined ? [] : [{ role: "system", content: system }];
  const prompt = `${await template([...before, { role: "user", content }])}${opening}`;
  const special = { special: true };
  const [text, parsed] = [await target.tokenize(content), await target.tokenize(content, special)];
  const same = text.length === parsed.length && text.every((token, i) => token === parsed[i]);
  // Some templates trim what they are given.
  const at = same ? -1 : prompt.lastIndexOf(content);
  if (at < 0) return target.tokenize(prompt, special);
  return [
    ...(await target.tokenize(prompt.slice(0, at), special)),
    ...text,
    ...(await target.tokenize(prompt.slice(at + content.length), special)),
  ];
}
