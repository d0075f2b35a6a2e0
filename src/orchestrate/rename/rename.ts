import { RedraftError } from "../../core/errors.ts";
import { type NameLanguage, nameLanguageOf } from "../index/languages.ts";
import { type NameGroup, type NameView, resolveName } from "../names/resolve-name.ts";
import { withTexts } from "../names/view.ts";
import { isExportedInGo, requireName } from "./new-name.ts";
import { rewrite } from "./rewrite.ts";
import {
  chooseSymbol,
  isLocalGroup,
  listed,
  nameAndOwner,
  type ShownPlace,
  type SymbolRequest,
  shown,
  textsOfPlaces,
  viewFor,
} from "./symbol.ts";
import { type UnsurePlace, unsurePlaces } from "./unsure.ts";
import { findClash } from "./verify.ts";

export interface RenameRequest extends SymbolRequest {
  readonly to: string;
  /** What to do with places that may mean the symbol; default: refuse and list them. */
  readonly unsure?: "refuse" | "include" | "leave" | undefined;
  /** Replaces the name in comments and strings, too. */
  readonly mentions?: boolean | undefined;
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
  requireAllowed(language, name, to, group, texts);

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

function requireAllowed(
  language: NameLanguage,
  name: string,
  to: string,
  group: NameGroup,
  texts: ReadonlyMap<string, string>,
): void {
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
    const isMember = [...group.keys].some((key) => key.startsWith("M"));
    // Another package writes its name before the dot; so do tests in a package of their own.
    const outside = group.places.find(({ path, start }) => texts.get(path)?.[start - 1] === ".");
    const why = isMember
      ? "what implements an interface, and what encoders write, depends on it"
      : outside && `${outside.path} is of another package and uses it`;
    if (why !== undefined) {
      throw new RedraftError(
        "usage",
        `\`${name}\` and \`${to}\`: a capital letter makes a name of Go public, and its absence private: ${why}. Nothing was written. Keep the case of the first letter.`,
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

function notesOf(otherFiles: readonly string[]): string[] {
  if (otherFiles.length === 0) return [];
  const names = otherFiles.slice(0, 5).join(", ");
  const more = otherFiles.length > 5 ? ` and ${otherFiles.length - 5} more` : "";
  return [`the name is also in files of other kinds, which are not changed: ${names}${more}`];
}
