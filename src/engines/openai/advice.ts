/** What a server's own words ask for, in the words of whoever runs it or asks it. */
const advice: readonly { readonly says: RegExp; readonly do: string }[] = [
  {
    says: /chat template/i,
    do: "This model has no chat template. Give the server one (vLLM, SGLang: --chat-template <file>; llama-server: --chat-template-file <file>), use a model that has one, or, for an apply model, name its prompt format (--prompt-format redraft).",
  },
  {
    says: /maximum context length|context size|context length|exceeds? the (?:available )?context|longer than the model's/i,
    do: "The request does not fit into the model's context. Ask about fewer or smaller files, or start the server with a longer context (vLLM: --max-model-len, SGLang: --context-length, llama-server: -c).",
  },
  {
    says: /prompt_logprobs|logprob_start_len|max_logprobs/,
    do: "The server does not score prompts as it is configured, so drafts cannot be verified by its answers. Use it as a chat, with the source as prediction.",
  },
];

/** What to do about a refusal; empty where its own words have to do. */
export function adviceOn(message: string): string {
  return advice.find(({ says }) => says.test(message))?.do ?? "";
}
