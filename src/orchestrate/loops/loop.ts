import type { Node } from "web-tree-sitter";
import { RedraftError } from "../../core/errors.ts";
import { FileNames } from "../extract/references.ts";
import { type NameLanguage, nameLanguageOf } from "../index/languages.ts";
import { firstBrokenLine } from "../names/nodes.ts";
import type { NameView } from "../names/resolve-name.ts";
import { toHoisted } from "./hoist.ts";
import { toSetLookup } from "./lookup.ts";
import { requireKeptMeaning } from "./meaning.ts";
import { toComprehension } from "./python-comprehension.ts";
import { toAnyOrAll, toSum } from "./python-reduce.ts";
import { fromComprehension } from "./python-unroll.ts";
import { LoopRefusal } from "./refusal.ts";
import { type LoopForm, type LoopRequest, loopForms } from "./request.ts";
import { applyLoopEdits, type LoopRewrite } from "./rewrite.ts";
import { toCollected } from "./script-collect.ts";
import { toForOf, toIndex } from "./script-counting.ts";
import { fromCollected } from "./script-unroll.ts";
import { findSite, type LoopSite } from "./site.ts";

export interface LoopPlan {
  readonly path: string;
  readonly form: LoopForm;
  /** The first line of the loop, from 1. */
  readonly line: number;
  readonly title: string;
  readonly why: string;
  readonly before: string;
  readonly after: string;
  readonly notes: readonly string[];
}

type FormWriter = (site: LoopSite) => LoopRewrite;

const python: Partial<Record<LoopForm, FormWriter>> = {
  comprehension: toComprehension,
  any: (site) => toAnyOrAll(site, "any"),
  all: (site) => toAnyOrAll(site, "all"),
  sum: toSum,
  loop: fromComprehension,
  hoist: toHoisted,
  set: toSetLookup,
};

const script: Partial<Record<LoopForm, FormWriter>> = {
  map: (site) => toCollected(site, "map"),
  filter: (site) => toCollected(site, "filter"),
  "filter-map": (site) => toCollected(site, "filter-map"),
  "flat-map": (site) => toCollected(site, "flat-map"),
  "for-of": toForOf,
  index: toIndex,
  loop: fromCollected,
  hoist: toHoisted,
  set: toSetLookup,
};

/**
 * Every form that the loop at a line can get, each with the same effects and the same results as the loop has; with `to` that one.
 * An index is no gain: only a request that names it gets it.
 *
 * @throws `no-match` where there is none, with the place and the reason; `usage` for a form that the language does not have
 */
export async function planLoops(view: NameView, request: LoopRequest): Promise<LoopPlan[]> {
  const { path, line, to } = request;
  const language = nameLanguageOf(path);
  const text = await view.text(path);
  if (text === undefined)
    throw new RedraftError("no-match", `${path} is no file of the folder. Nothing was written.`);
  if (language !== "script" && language !== "python")
    throw new RedraftError(
      "usage",
      `${path}: loops are rewritten in JavaScript, TypeScript and Python. Nothing was written.`,
    );
  const writers = language === "python" ? python : script;
  if (to !== undefined && !writers[to])
    throw new RedraftError(
      "usage",
      `--to ${to}: ${path} can have ${Object.keys(writers).join(", ")}. Nothing was written.`,
    );
  const parser = await view.parserFor(path);
  const tree = parser?.parse(text);
  if (!parser || !tree)
    throw new RedraftError("no-match", `${path} cannot be parsed. Nothing was written.`);
  const parse = (after: string): Node | undefined => parser.parse(after)?.rootNode;
  try {
    const broken = firstBrokenLine(tree.rootNode);
    if (broken !== undefined) throw new LoopRefusal(`line ${broken} has a syntax error.`);
    const site = findSite(tree.rootNode, text, path, language, line);
    const plans: LoopPlan[] = [];
    const refusals: { readonly form: LoopForm; readonly why: LoopRefusal }[] = [];
    for (const form of loopForms) {
      const write = writers[form];
      if (!write || (to !== undefined && to !== form)) continue;
      if (to === undefined && form === "index") continue;
      // `flat-map` says less.
      if (to === undefined && form === "flat-map" && plans.some((one) => one.form === "filter-map"))
        continue;
      try {
        plans.push(checkedPlan(site, form, write(site), parse, language));
      } catch (error) {
        if (!(error instanceof LoopRefusal)) throw error;
        refusals.push({ form, why: error });
      }
    }
    if (plans.length > 0) return plans;
    throw noForm(path, text, line, refusals);
  } catch (error) {
    if (error instanceof LoopRefusal) throw noForm(path, text, line, [{ why: error }]);
    throw error;
  } finally {
    tree.delete();
  }
}

function checkedPlan(
  site: LoopSite,
  form: LoopForm,
  rewrite: LoopRewrite,
  parse: (after: string) => Node | undefined,
  language: NameLanguage,
): LoopPlan {
  const written = applyLoopEdits(site.text, rewrite.edits);
  const root = parse(written.text);
  try {
    if (!root || root.hasError)
      throw new LoopRefusal("the result would have a syntax error.", site.statement.startIndex);
    const after = new FileNames(root, written.text, language).in(root);
    requireKeptMeaning(site.all, after, written, rewrite);
  } finally {
    root?.tree.delete();
  }
  const { title, why, notes = [] } = rewrite;
  const line = site.statement.startPosition.row + 1;
  return { path: site.path, form, line, title, why, before: site.text, after: written.text, notes };
}

/** Reasons, the most telling first: forms that the loop has no shape for are left out where another one has a reason. */
function noForm(
  path: string,
  text: string,
  line: number,
  refusals: readonly { readonly form?: LoopForm; readonly why: LoopRefusal }[],
): RedraftError {
  const near = refusals.filter(({ why }) => !why.isOtherShape);
  const shown = near.length > 0 ? near : refusals;
  const rows = shown.map(({ form, why }) => {
    const row = why.offset === undefined ? line : text.slice(0, why.offset).split("\n").length;
    return { ...(form && { form }), line: row, why: why.message };
  });
  const [only] = rows;
  const message =
    rows.length === 1
      ? `${path}:${only!.line}: ${only!.form ? `${only!.form}: ` : ""}${only!.why} Nothing was written.`
      : `${path}:${line}: the loop stays as it is. Nothing was written.\n${rows.map((one) => `  ${one.form} (line ${one.line}): ${one.why}`).join("\n")}`;
  return new RedraftError("no-match", message, {
    details: { path, line: only!.line, reasons: rows },
  });
}
