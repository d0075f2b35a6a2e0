import { RedraftError } from "../../core/errors.ts";
import type { CascadeOptions } from "../../instruct/apply-written.ts";
import type { Way } from "../../instruct/request.ts";

/** A way of asking a model, as the benchmark names it. */
export interface WrittenWay {
  readonly name: string;
  readonly via: Way;
  /** False: plain decoding, one pass a token. */
  readonly drafting: boolean;
  readonly options: Pick<CascadeOptions, "retries" | "rewriteRefused" | "example" | "fenced">;
}

const wayForms: Readonly<
  Record<string, { readonly via: Way; readonly modifiers: readonly string[] }>
> = {
  rewrite: { via: "rewrite", modifiers: ["prediction", "tags"] },
  sketch: { via: "cascade", modifiers: ["retry", "rules"] },
  "search-replace": { via: "search-replace", modifiers: ["retry", "rules"] },
  region: { via: "region", modifiers: [] },
};

export const usualWays = "rewrite,rewrite+prediction,sketch,sketch+retry,region,search-replace";

/**
 * The ways of a list such as `rewrite+prediction,sketch+retry`. `+retry`: a refusal is sent back once. `+rules`: without
 * the worked example that small models get. `+tags`: files between tags also for small models. A sketch that stays refused is not rewritten here: the report adds that.
 *
 * @throws `usage` for a name that is none
 */
export function waysNamed(list: string): WrittenWay[] {
  return list.split(",").map((name) => {
    const [base = "", ...modifiers] = name.trim().split("+");
    const kind = Object.hasOwn(wayForms, base) ? wayForms[base] : undefined;
    const unknown = modifiers.find((one) => !kind?.modifiers.includes(one));
    if (kind === undefined || unknown !== undefined) {
      const forms = Object.entries(wayForms).map(([word, { modifiers: own }]) =>
        [word, ...own.map((one) => `[+${one}]`)].join(""),
      );
      throw new RedraftError("usage", `no way "${name}"; known: ${forms.join(", ")}`);
    }
    return {
      name: name.trim(),
      via: kind.via,
      drafting: base !== "rewrite" || modifiers.includes("prediction"),
      options: {
        retries: modifiers.includes("retry") ? 1 : 0,
        rewriteRefused: false,
        ...(modifiers.includes("rules") && { example: false }),
        ...(modifiers.includes("tags") && { fenced: false }),
      },
    };
  });
}
