import type { SymbolRequest } from "../rename/symbol.ts";

export interface SignatureRequest extends SymbolRequest {
  /** The whole new list of parameters, as the language writes it, without the receiver: `text, zone = "UTC"`. */
  readonly parameters: string;
  /** What calls pass for a new parameter: an expression for each name. */
  readonly values?: Readonly<Record<string, string>> | undefined;
  /**
   * What to do with places that may call the function and with calls that cannot be adapted for certain; default: refuse and list
   * them. `include` adapts calls where arguments with effects are dropped or trade places, and calls of a member of this name on values
   * of unknown types; the rest is left.
   */
  readonly unsure?: "refuse" | "include" | "leave" | undefined;
}
