import { RedraftError } from "../../core/errors.ts";
import {
  type FoundPlace,
  type NameGroup,
  type NameView,
  type Resolution,
  resolveName,
} from "../names/resolve-name.ts";

/** Which symbol is meant. */
export interface SymbolRequest {
  /** A name, or a member with its type: `Store.get`. */
  readonly from: string;
  /** A place of the symbol, where several have the name: a path of the repository, a line and a column from 1. */
  readonly at?:
    | { readonly path: string; readonly line: number; readonly column?: number | undefined }
    | undefined;
}

/** A line of a file, for people. */
export interface ShownPlace {
  readonly path: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  /** The line without the blanks around it. */
  readonly text: string;
}

/** Places that a message lists. */
const mostShown = 10;

/** Where a place says which symbol is meant, and no other file can use it, that file is enough. */
export async function viewFor(
  view: NameView,
  { at }: SymbolRequest,
  name: string,
): Promise<NameView> {
  if (at === undefined || !view.mentions(name).includes(at.path)) return view;
  const own: NameView = {
    ...view,
    mentions: (word) => view.mentions(word).filter((path) => path === at.path),
  };
  const resolution = await resolveName(own, name);
  const texts = await textsOfPlaces(own, resolution);
  const here = resolution.groups.filter(({ places }) =>
    places.some(({ path, start }) => shown(texts, path, start).line === at.line),
  );
  const isEnough = resolution.unreadable.length === 0 && here.length > 0;
  return isEnough && here.every((group) => isLocalGroup(group, resolution)) ? own : view;
}

/** Whether only the file itself can use a symbol. */
export const isLocalGroup = ({ keys }: NameGroup, { globals }: Resolution): boolean =>
  [...keys].every((key) => key.startsWith("L") && !globals.has(key));

export function nameAndOwner(from: string): [name: string, owner: string | undefined] {
  const dot = from.lastIndexOf(".");
  return dot < 0 ? [from, undefined] : [from.slice(dot + 1), from.slice(0, dot)];
}

export async function textsOfPlaces(
  view: NameView,
  resolution: Resolution,
): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  const paths = new Set([
    ...resolution.groups.flatMap(({ places }) => places.map(({ path }) => path)),
    ...resolution.mentions.map(({ path }) => path),
    ...resolution.unreadable.map(({ path }) => path),
  ]);
  for (const path of paths) texts.set(path, (await view.text(path)) ?? "");
  return texts;
}

/** The one symbol that a request means. */
export function chooseSymbol(
  resolution: Resolution,
  { from, at }: SymbolRequest,
  owner: string | undefined,
  show: (path: string, start: number) => ShownPlace,
): NameGroup {
  const { groups, containers, name } = resolution;
  const isOwned = ({ keys }: NameGroup): boolean =>
    [...keys].some((key) => containers.get(key)?.name === owner);
  const placesAt = ({ places }: NameGroup): FoundPlace[] =>
    places.filter(({ path, start, end }) => {
      if (path !== at!.path) return false;
      const { line, column } = show(path, start);
      const behind = (at!.column ?? column) - column;
      return line === at!.line && behind >= 0 && behind <= end - start;
    });
  const declared = groups.filter(
    (group) => group.isDeclared && (owner === undefined || isOwned(group)),
  );
  const found = at === undefined ? declared : groupsMeant(declared, placesAt);
  const [only] = found;
  if (only && found.length === 1) return only;
  const list = (found.length === 0 ? declared : found).map((group) => {
    const place = group.places.find(({ declares }) => declares) ?? group.places[0]!;
    return show(place.path, place.start);
  });
  const details = { name: from, places: list };
  if (found.length > 0) {
    throw new RedraftError(
      "ambiguous",
      `${found.length} symbols are called \`${name}\`${at ? ` at ${at.path}:${at.line}` : ""}:\n${listed(list)}\nNothing was written. Name one of them by a place (--at file:line; path and line), or a member by its type (Type.member).`,
      { details },
    );
  }
  const broken = at && resolution.unreadable.find(({ path }) => path === at.path);
  if (broken) {
    throw new RedraftError(
      "no-match",
      `${broken.path} is not understood: ${broken.why}. Nothing was written.`,
      { details },
    );
  }
  const elsewhere = list.length > 0 ? ` It is declared here:\n${listed(list)}\n` : " ";
  const where = at
    ? `no \`${from}\` that the repository declares is at ${at.path}:${at.line}.`
    : `no file declares \`${from}\`.`;
  throw new RedraftError("no-match", `${where}${elsewhere}Nothing was written.`, { details });
}

/** The groups with a place; where one name has two meanings, as in `{ old }`, the one that it declares. */
function groupsMeant(
  groups: readonly NameGroup[],
  placesAt: (group: NameGroup) => readonly FoundPlace[],
): readonly NameGroup[] {
  const found = groups.filter((group) => placesAt(group).length > 0);
  const starts = new Set(found.flatMap((group) => placesAt(group).map(({ start }) => start)));
  if (starts.size !== 1) return found;
  const declaring = found.filter((group) => placesAt(group).some(({ declares }) => declares));
  return declaring.length > 0 ? declaring : found;
}

export function listed(places: readonly (ShownPlace & { readonly why?: string })[]): string {
  const lines = places
    .slice(0, mostShown)
    .map(({ path, line, text, why }) => `  ${path}:${line}: ${text}${why ? `  (${why})` : ""}`);
  const rest = places.length - lines.length;
  return [...lines, ...(rest > 0 ? [`  and ${rest} more`] : [])].join("\n");
}

export function shown(texts: ReadonlyMap<string, string>, path: string, start: number): ShownPlace {
  const text = texts.get(path) ?? "";
  const lineStart = text.lastIndexOf("\n", start - 1) + 1;
  const lineEnd = text.indexOf("\n", start);
  const line = text.slice(0, lineStart).split("\n").length;
  const content = text.slice(lineStart, lineEnd < 0 ? undefined : lineEnd).trim();
  return { path, line, column: start - lineStart + 1, text: content.slice(0, 160) };
}
