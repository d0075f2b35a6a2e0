import { serverAddress } from "../engines/openai/address.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** How the model server of an address is reached; the environment gives the key, and the model where none is named. */
export function serverOptions(
  text: string,
  { name, env }: { readonly name?: string; readonly env: Environment },
): { readonly baseUrl: string; readonly model?: string; readonly apiKey?: string } {
  const address = serverAddress(text);
  const model = name ?? address.model ?? env.REDRAFT_MODEL_NAME;
  const apiKey = apiKeyFor(address.baseUrl, env);
  return { baseUrl: address.baseUrl, ...(model && { model }), ...(apiKey && { apiKey }) };
}

/**
 * The key for a server. `OPENAI_API_KEY` is sent to OpenAI alone: another server must not get a key that was not
 * meant for it.
 */
export function apiKeyFor(baseUrl: string, env: Environment): string | undefined {
  const own = env.REDRAFT_MODEL_KEY || env.REDRAFT_API_KEY;
  if (own) return own;
  return new URL(baseUrl).hostname === "api.openai.com" ? env.OPENAI_API_KEY : undefined;
}
