import { RedraftError } from "../../core/errors.ts";
import { type NameLanguage, nameLanguageOf } from "../index/languages.ts";
import {
  type FoundPlace,
  type NameGroup,
  type NameView,
  type Resolution,
  resolveName,
} from "../names/resolve-name.ts";
import { withTexts } from "../names/view.ts";
import { isExportedInGo, requireName } from "./new-name.ts";
import { rewrite } from "./rewrite.ts";
import { type UnsurePlace, unsurePlaces } from "./unsure.ts";
import { findClash } from "./verify.ts";

export interface RenameRequest {
  /** A name, or a member with its type: `Store.get`. */
  readonly from: string;
  readonly to: string;
  /** A place of the symbol, where several have the name: a path of the repository, a line and a column from 1. */
  readonly at?:
    | { readonly path: string; readonly line: number; readonly column?: number | undefined }
    | undefined;
  /** What to do with places that may mean the symbol; default: refuse and list them. */
  readonly unsure?: "refuse" | "include" | "leave" | undefined;
  /** Replaces the name in comments and strings, too. */
  readonly mentions?: boolean | undefined;
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

export interface RenamePlan {
  readonly from: string;
  readonly to: string;
  /** Where the symbol is declared, imports left out. */
  readonly declarations: readonly ShownPlace[];
  readonly files: readonly {
    readonly path: string;
    readonly before: string;
    readonly after: string;
    /** How many places are renamed. */
    readonly places: number;
  }[];
  /** Places that may mean the symbol and were left, or included. */
  readonly unsure: readonly (ShownPlace & { readonly why: string; readonly renamed: boolean })[];
  /** The name in comments and strings. */
  readonly mentions: readonly (ShownPlace & {
    readonly in: "comment" | "string";
    readonly renamed: boolean;
  })[];
  readonly notes: readonly string[];
}

/** Places that a message lists. */
const mostShown = 10;

/**
 * Renames one symbol in all files of a repository. The result is proved by reading the new texts: every name means what it meant.
 *
 * @throws `no-match` where nothing is declared under the name, `ambiguous` where several symbols have it or places are unsure,
 * `check-failed` where the new name would change the meaning of a place, `usage` for names that are not allowed.
 */
export async function planRename(all: NameView, request: RenameRequest): Promise<RenamePlan> {
  const { to, unsure: mode = "refuse" } = request;
  const [name, owner] = nameAndOwner(request.from);
  const view = await viewFor(all, request, name);
  if (name === to) {
    throw new RedraftError(
      "usage",
      `\`${name}\` is the old and the new name. Nothing was written.`,
    );
  }
  const before = await resolveName(view, name);
  const texts = await textsOfPlaces(view, before);
  const show = (path: string, start: number): ShownPlace => shown(texts, path, start);
  const group = chooseSymbol(before, request, owner, show);
  const language = nameLanguageOf(group.places[0]!.path)!;
  requireAllowed(language, name, to, group);

  const otherFiles = view.mentions(name).filter((path) => nameLanguageOf(path) === undefined);
  const unsure = unsurePlaces(before, group, otherFiles);
  if (unsure.length > 0 && mode === "refuse") throw unsureError(name, unsure, show);
  const included = new Set(mode === "include" ? unsure.flatMap(({ place }) => place ?? []) : []);
  const chosen = new Set([...group.places, ...included]);
  const places = before.groups.flatMap((one) => one.places);
  const own = new Set(group.places.map(({ path }) => path));
  const isLocal = isLocalGroup(group, before);
  const mentions = before.mentions.filter(({ path }) =>
    isLocal ? own.has(path) : nameLanguageOf(path) === language,
  );
  const replaced = request.mentions ? mentions.map((one) => ({ ...one, text: to })) : [];
  const written = rewrite(texts, [...new Set([...places, ...chosen])], chosen, to, replaced);

  const after = withTexts(view, written.texts);
  const states = {
    oldBefore: before,
    newBefore: await resolveName(view, to),
    oldAfter: await resolveName(after, name),
    newAfter: await resolveName(after, to),
  };
  const clash = findClash(states, group, included, written);
  if (clash) {
    const text = written.texts.get(clash.path) ?? (await view.text(clash.path)) ?? "";
    throw clashError(
      name,
      to,
      shown(new Map([[clash.path, text]]), clash.path, clash.start),
      clash.why,
    );
  }
  return {
    from: name,
    to,
    declarations: group.places
      .filter(({ declares, before }) => declares && before === undefined)
      .map(({ path, start }) => show(path, start)),
    files: [...written.texts].sort().map(([path, text]) => ({
      path,
      before: texts.get(path)!,
      after: text,
      // One name may be two places: `import { old }` names an export and a binding.
      places: new Set([...chosen].flatMap((place) => (place.path === path ? place.start : [])))
        .size,
    })),
    unsure: unsure.map(({ path, start, why, place }) => ({
      ...show(path, start),
      why,
      renamed: place !== undefined && included.has(place),
    })),
    mentions: mentions.map(({ path, start, in: kind }) => ({
      ...show(path, start),
      in: kind,
      renamed: request.mentions === true,
    })),
    notes: isLocal ? [] : notesOf(otherFiles),
  };
}

/** Where a place says which symbol is meant, and no other file can use it, that file is enough. */
async function viewFor(view: NameView, { at }: RenameRequest, name: string): Promise<NameView> {
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
const isLocalGroup = ({ keys }: NameGroup, { globals }: Resolution): boolean =>
  [...keys].every((key) => key.startsWith("L") && !globals.has(key));

function nameAndOwner(from: string): [name: string, owner: string | undefined] {
  const dot = from.lastIndexOf(".");
  return dot < 0 ? [from, undefined] : [from.slice(dot + 1), from.slice(0, dot)];
}

async function textsOfPlaces(view: NameView, resolution: Resolution): Promise<Map<string, string>> {
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
function chooseSymbol(
  resolution: Resolution,
  { from, at }: RenameRequest,
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
      `${found.length} symbols are called \`${name}\`${at ? ` at ${at.path}:${at.line}` : ""}:\n${listed(list)}\nNothing was written. Name one of them by a place (--at file:line), or a member by its type (Type.member).`,
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

function requireAllowed(language: NameLanguage, name: string, to: string, group: NameGroup): void {
  requireName(name, language, "old");
  requireName(to, language, "new");
  if (language === "script" && name.startsWith("#") !== to.startsWith("#")) {
    throw new RedraftError(
      "usage",
      `\`${name}\` and \`${to}\`: a private name of a class begins with #, and no other name does. Nothing was written.`,
    );
  }
  const isElement = group.places.some(({ note }) => note === "jsx");
  if (isElement && /^\p{Ll}/u.test(to)) {
    throw new RedraftError(
      "usage",
      `\`${name}\` is used as a JSX element, and \`<${to}>\` would be an element of the page. Nothing was written. Choose a name with a capital letter.`,
    );
  }
  if (language === "go" && isExportedInGo(name) !== isExportedInGo(to)) {
    const isMemberOrExport = [...group.keys].some((key) => /^[EM]/u.test(key));
    const folders = new Set(
      group.places.map(({ path }) => path.slice(0, path.lastIndexOf("/") + 1)),
    );
    if (isMemberOrExport && (folders.size > 1 || isExportedInGo(name))) {
      throw new RedraftError(
        "usage",
        `\`${name}\` and \`${to}\`: a capital letter makes a name of Go public, and its absence private. Nothing was written. Keep the case of the first letter.`,
      );
    }
  }
}

function unsureError(
  name: string,
  unsure: readonly UnsurePlace[],
  show: (path: string, start: number) => ShownPlace,
): RedraftError {
  const places = unsure.map(({ path, start, why }) => ({ ...show(path, start), why }));
  const count = places.length === 1 ? "1 place" : `${places.length} places`;
  return new RedraftError(
    "ambiguous",
    `${count} may mean this \`${name}\` or something else:\n${listed(places)}\nNothing was written. Rename them too (--unsure include), or leave them as they are (--unsure leave).`,
    { details: { name, unsure: places } },
  );
}

function clashError(name: string, to: string, place: ShownPlace, why: string): RedraftError {
  return new RedraftError(
    "check-failed",
    `\`${name}\` cannot become \`${to}\`: ${place.path}:${place.line}: ${why}: \`${place.text}\`. Nothing was written. Choose another name.`,
    { details: { ...place, why } },
  );
}

function listed(places: readonly (ShownPlace & { readonly why?: string })[]): string {
  const lines = places
    .slice(0, mostShown)
    .map(({ path, line, text, why }) => `  ${path}:${line}: ${text}${why ? `  (${why})` : ""}`);
  const rest = places.length - lines.length;
  return [...lines, ...(rest > 0 ? [`  and ${rest} more`] : [])].join("\n");
}

function shown(texts: ReadonlyMap<string, string>, path: string, start: number): ShownPlace {
  const text = texts.get(path) ?? "";
  const lineStart = text.lastIndexOf("\n", start - 1) + 1;
  const lineEnd = text.indexOf("\n", start);
  const line = text.slice(0, lineStart).split("\n").length;
  const content = text.slice(lineStart, lineEnd < 0 ? undefined : lineEnd).trim();
  return { path, line, column: start - lineStart + 1, text: content.slice(0, 160) };
}

function notesOf(otherFiles: readonly string[]): string[] {
  if (otherFiles.length === 0) return [];
  const names = otherFiles.slice(0, 5).join(", ");
  const more = otherFiles.length > 5 ? ` and ${otherFiles.length - 5} more` : "";
  return [`the name is also in files of other kinds, which are not changed: ${names}${more}`];
}
