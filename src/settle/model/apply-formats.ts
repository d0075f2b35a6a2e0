import { RedraftError } from "../../core/errors.ts";
import type { Token, TokenTarget } from "../../core/target.ts";

/** What a local target offers beyond `TokenTarget`; both are absent without a model file. */
export interface LocalTarget extends TokenTarget {
  readonly info?: {
    readonly name: string;
    readonly metadata: Readonly<Record<string, string>>;
    readonly chatTemplate?: string;
    readonly beginToken?: Token;
    readonly endTokens: readonly Token[];
  };
  chat?(messages: readonly { readonly role: string; readonly content: string }[]): Promise<string>;
}

/** The question for an apply model: lines without line ends. */
export interface ApplyQuestion {
  readonly original: readonly string[];
  readonly sketch: readonly string[];
  readonly instruction?: string;
}

/** What a prompt is made with. */
export type PromptTarget = Pick<LocalTarget, "name" | "tokenize" | "info" | "chat">;

/** The prompt and answer format of a family of apply models. */
export interface ApplyFormat {
  readonly name: ApplyFormatName;
  prompt(target: PromptTarget, question: ApplyQuestion): Promise<Token[]>;
  /** The tokens of an answer, the one that ends it included. */
  answer(target: LocalTarget, lines: readonly string[]): Promise<Token[]>;
  /** Where its text ends; none = at the end token. */
  readonly stop: readonly string[];
  /** Returns the lines of the answer, or undefined if it is not in the expected form. */
  read(written: string): string[] | undefined;
  /** The same as messages, for models that are only reached by chat; absent where role tokens are needed. */
  readonly dialogue?: ApplyDialogue;
}

export interface ApplyDialogue {
  messages(
    question: ApplyQuestion,
  ): readonly { readonly role: "system" | "user"; readonly content: string }[];
  /** Open and close an answer. */
  readonly open: string;
  readonly close: string;
}

export const applyFormatNames = ["redraft", "kortix", "osmosis", "chat"] as const;
export type ApplyFormatName = (typeof applyFormatNames)[number];

const endedLines = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join("");

function writtenLines(written: string): string[] {
  const body = written.endsWith("\n") ? written.slice(0, -1) : written;
  return body === "" ? [] : body.split("\n");
}

const roleNames = ["<|file|>", "<|sketch|>", "<|apply|>"] as const;

/**
 * Tokens of lines, verbatim: a role token inside a file is plain text. llama.cpp takes such symbols (`user defined`,
 * as "\n" must be) for tokens even where it parses no special ones, so they are cut before they are tokenised.
 */
export async function plainTokens(
  target: Pick<TokenTarget, "tokenize">,
  lines: readonly string[],
): Promise<Token[]> {
  const parts = endedLines(lines).split(/(?<=<)(?=\|(?:file|sketch|apply)\|>)/);
  return (await Promise.all(parts.map((part) => target.tokenize(part)))).flat();
}

/** The models of this repository (training/README.md): parts between role tokens, every line ending in "\n". */
const redraftFormat: ApplyFormat = {
  name: "redraft",
  stop: [],
  async prompt(target, { original, sketch }) {
    const [file, mark, apply] = await Promise.all(
      roleNames.map((role) => target.tokenize(role, { special: true })),
    );
    const before = await plainTokens(target, original);
    return [...file!, ...before, ...mark!, ...(await plainTokens(target, sketch)), ...apply!];
  },
  async answer(target, lines) {
    return [...(await plainTokens(target, lines)), firstEndToken(target)];
  },
  read: writtenLines,
};

/**
 * Tokens of a whole dialogue in which `content` is somebody's text: where that holds what the model has a special token
 * for (`<|im_end|>` in a tokenizer's own tests), it is tokenised apart, as text.
 */
async function promptTokens(
  target: PromptTarget,
  prompt: string,
  content: string,
): Promise<readonly Token[]> {
  const special = { special: true };
  const [plain, parsed] = await Promise.all([
    target.tokenize(content),
    target.tokenize(content, special),
  ]);
  const at = prompt.indexOf(content);
  if (at < 0 || plain.join() === parsed.join()) return target.tokenize(prompt, special);
  const [before, after] = await Promise.all([
    target.tokenize(prompt.slice(0, at), special),
    target.tokenize(prompt.slice(at + content.length), special),
  ]);
  return [...before, ...plain, ...after];
}

interface TaggedOptions {
  readonly name: ApplyFormatName;
  readonly system: string;
  user(original: string, sketch: string, instruction: string | undefined): string;
  /** Opens and closes the answer; the opening is given with the prompt. */
  readonly open: string;
  readonly close: string;
}

/** Models that take a dialogue and answer between two tags. */
function taggedFormat({ name, system, user, open, close }: TaggedOptions): ApplyFormat {
  const messages: ApplyDialogue["messages"] = ({ original, sketch, instruction }) => [
    { role: "system", content: system },
    { role: "user", content: user(original.join("\n"), sketch.join("\n"), instruction) },
  ];
  return {
    name,
    stop: [close],
    dialogue: { messages, open, close },
    async prompt(target, question) {
      if (target.chat === undefined) {
        throw new RedraftError(
          "model-unavailable",
          `the prompt format ${name} needs a model with a chat template; ${target.name} has none`,
        );
      }
      const turns = messages(question);
      const asked = await target.chat(turns);
      const content = turns.at(-1)!.content;
      const begin = target.info?.beginToken;
      const tokens = await promptTokens(target, `${asked}${open}`, content);
      return begin === undefined || tokens[0] === begin ? [...tokens] : [begin, ...tokens];
    },
    async answer(target, lines) {
      return [...(await target.tokenize(`${lines.join("\n")}${close}`))];
    },
    read(written) {
      // The tag may be on a line of its own.
      const inner = written.replace(/^\r?\n/, "").replace(/\r?\n$/, "");
      return /<\/?(?:updated-)?code>/.test(inner) ? undefined : writtenLines(inner);
    },
  };
}

/** Kortix FastApply (Qwen2.5-Coder 1.5B and 7B), as its model card asks it. */
const kortixFormat = taggedFormat({
  name: "kortix",
  system:
    "You are a coding assistant that helps merge code updates, ensuring every modification is fully integrated.",
  user: (original, sketch) =>
    `Merge all changes from the <update> snippet into the <code> below.
- Preserve the code's structure, order, comments, and indentation exactly.
- Output only the updated code, enclosed within <updated-code> and </updated-code> tags.
- Do not include any additional text, explanations, placeholders, ellipses, or code fences.

<code>${original}</code>

<update>${sketch}</update>

Provide the complete updated code.`,
  open: "<updated-code>",
  close: "</updated-code>",
});

/** Osmosis-Apply (Qwen3 1.7B): code in <code>, edit in <edit>, answer in <code>. */
const osmosisFormat = taggedFormat({
  name: "osmosis",
  system:
    "You apply an edit to code. The code stands between <code> tags, the edit between <edit> tags; a comment such as `// ... existing code ...` in the edit stands for code that stays. Every white space must be preserved. Output the merged code wrapped in <code> tags.",
  user: (original, sketch) => `<code>\n${original}\n</code>\n\n<edit>\n${sketch}\n</edit>`,
  open: "<code>\n",
  close: "\n</code>",
});

/** Any model with a chat template. */
const chatFormat = taggedFormat({
  name: "chat",
  system: "You merge edits into code. You answer with the merged code and nothing else.",
  user: (original, sketch, instruction) =>
    `Merge the <update> into the <code>. Lines such as "... existing code ..." in the update stand for code that stays as it is. Keep structure, order, comments and indentation exactly. Answer with the complete merged code between <updated-code> and </updated-code>, without explanation, placeholder or code fence.
${instruction ? `The update is meant to: ${instruction}\n` : ""}
<code>
${original}
</code>

<update>
${sketch}
</update>`,
  open: "<updated-code>\n",
  close: "\n</updated-code>",
});

export const applyFormats: Readonly<Record<ApplyFormatName, ApplyFormat>> = {
  redraft: redraftFormat,
  kortix: kortixFormat,
  osmosis: osmosisFormat,
  chat: chatFormat,
};

/** Whether a vocabulary has the role tokens of this repository's models. */
export async function hasRoleTokens(target: Pick<TokenTarget, "tokenize">): Promise<boolean> {
  const marks = await target.tokenize(roleNames.join(""), { special: true });
  return marks.length === roleNames.length;
}

/** The format of a model, by its vocabulary and its metadata. */
export async function detectApplyFormat(target: LocalTarget): Promise<ApplyFormat> {
  if (await hasRoleTokens(target)) return redraftFormat;
  const metadata = target.info?.metadata ?? {};
  const named = Object.entries(metadata)
    .filter(([key]) => key.startsWith("general."))
    .map(([, value]) => value)
    .join(" ");
  const known = formatByName(named);
  if (known) return known;
  if (target.chat !== undefined && target.info?.chatTemplate !== undefined) return chatFormat;
  throw new RedraftError(
    "model-unavailable",
    `${target.name} is not an apply model known to redraft and has no chat template; name its prompt format (${applyFormatNames.join(", ")}) or use another model`,
  );
}

function formatByName(name: string): ApplyFormat | undefined {
  if (/fast-?_?apply/i.test(name)) return kortixFormat;
  return /osmosis/i.test(name) ? osmosisFormat : undefined;
}

/** The chat prompt of a model of which only the name is known. */
export function chatApplyFormat(name: string): ApplyFormat {
  return formatByName(name) ?? chatFormat;
}

function firstEndToken(target: LocalTarget): Token {
  const known = target.info?.endTokens[0];
  if (known !== undefined) return known;
  for (let token = 0; token < target.capabilities.vocabSize; token++) {
    if (target.isEnd(token)) return token;
  }
  throw new RedraftError("engine-failed", `${target.name} has no end token`);
}
