import type { Node } from "web-tree-sitter";
import { RedraftError } from "../../../core/errors.ts";
import type { GoCrossings } from "./crossings.ts";
import type { GoNames, GoReference } from "./references.ts";
import { type GoSelection, isInGoSelection } from "./selection.ts";
import type { GoWritten } from "./write.ts";

interface GoMeaning {
  readonly selection: GoSelection;
  readonly crossings: GoCrossings;
  /** The names of the old outer function. */
  readonly before: readonly GoReference[];
  readonly after: GoNames;
  /** Of the new text. */
  readonly root: Node;
  readonly written: GoWritten;
  readonly path: string;
}

/**
 * Every name of the statements means in the new function what it meant: a parameter where it crosses, else what the statements declare,
 * else what the package has. Those around the call have their variables still.
 *
 * @throws `check-failed`
 */
export function requireSameGoNames(check: GoMeaning): void {
  requireSameInside(check);
  requireSameAround(check);
}

function requireSameInside({ selection, before, after, root, written, path }: GoMeaning): void {
  const made = root.namedChildren.find((one) => one?.startIndex === written.start);
  const head = made?.childForFieldName("parameters");
  const body = made?.childForFieldName("body");
  const now = body ? after.in(body) : [];
  const newOf = new Map<string, string>();
  const oldOf = new Map<string, string>();
  const old = before.filter(({ node }) => isInGoSelection(selection, node));
  for (const [at, was] of old.entries()) {
    const is = now[at];
    if (!head || is?.name !== was.name) throw otherMeaning(path, was.name);
    if (!was.variable || was.variable.isTop) {
      if (is.variable && !is.variable.isTop) throw otherMeaning(path, was.name);
      continue;
    }
    const home = is.variable?.declarations[0]?.node;
    const isParameter = home !== undefined && home.endIndex <= body!.startIndex;
    const isOwn = isInGoSelection(selection, was.variable.declarations[0]!.node);
    // One old variable is one new one, and the other way round.
    const there = String(home?.startIndex);
    const isPaired =
      (newOf.get(was.variable.id) ?? there) === there &&
      (oldOf.get(there) ?? was.variable.id) === was.variable.id;
    newOf.set(was.variable.id, there);
    oldOf.set(there, was.variable.id);
    if (!home || home.startIndex < written.start || isParameter === isOwn || !isPaired)
      throw otherMeaning(path, was.name);
  }
}

function requireSameAround({
  selection,
  crossings,
  before,
  after,
  root,
  written,
  path,
}: GoMeaning): void {
  const moved = (offset: number): number =>
    offset < selection.start ? offset : offset + written.shift;
  for (const { node: old, name, variable: was } of before) {
    if (isInGoSelection(selection, old)) continue;
    const start = moved(old.startIndex);
    const node = root.namedDescendantForIndex(start, start + name.length);
    const is = node?.text === name ? after.variableOf(node) : undefined;
    const refuse = otherMeaning(path, name);
    if (node?.text !== name || (was === undefined) !== (is === undefined)) throw refuse;
    if (!was || !is) continue;
    if (was.isTop !== is.isTop) throw refuse;
    if (is.isTop) continue;
    const first = was.declarations[0]!.node;
    const home = is.declarations[0]!.node.startIndex;
    if (!isInGoSelection(selection, first)) {
      if (home !== moved(first.startIndex)) throw refuse;
      continue;
    }
    const isByCall = home >= selection.start && home < moved(selection.end);
    const isResult = crossings.results.some(({ variable }) => variable.id === was.id);
    if (isByCall !== isResult) throw refuse;
  }
}

const otherMeaning = (path: string, name: string): RedraftError =>
  new RedraftError(
    "check-failed",
    `${path}: \`${name}\` would mean something else in the new text. Nothing was written.`,
    { details: { path, name } },
  );
