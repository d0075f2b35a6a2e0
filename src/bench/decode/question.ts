/**
 * What a chat model is asked: CanItEdit's question, for all sets. Of EfficientEdit's, in which the code is last, small models
 * mostly repeat the code: Qwen2.5-Coder-0.5B changed nothing in 85 of 131 edits of CanItEdit.
 */
export function chatQuestion(instruction: string, original: string): string {
  // The fence follows the last line: a blank line before it would be copied too.
  const code = original.replace(/\n$/, "");
  return `## Code Before:\n\`\`\`py\n${code}\n\`\`\`\n## Instruction:\n${instruction.trim()}\n## Code After:`;
}

/** How the answer begins: the output continues inside the fence. */
export const chatOpening = "```py\n";

/** The system message that a model was trained with where a conversation has none; llama.cpp's templates leave it out. */
export function usualSystem(architecture: string): string | undefined {
  return architecture.startsWith("qwen2")
    ? "You are Qwen, created by Alibaba Cloud. You are a helpful assistant."
    : undefined;
}
