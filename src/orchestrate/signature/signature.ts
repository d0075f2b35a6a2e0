import type { Tree } from "web-tree-sitter";
import { RedraftError } from "../../core/errors.ts";
import { nameLanguageOf } from "../index/languages.ts";
import { firstBrokenLine } from "../names/nodes.ts";
import { type NameView, resolveName } from "../names/resolve-name.ts";
import { withTexts } from "../names/view.ts";
import {
  chooseSymbol,
  listed,
  nameAndOwner,
  type ShownPlace,
  shown,
  textsOfPlaces,
  viewFor,
} from "../rename/symbol.ts";
import { classOfConstructor, findConstructorUses } from "./constructor-uses.ts";
import { type DoubtfulUse, type FoundUse, findUses, type NamedGroup } from "./find-uses.ts";
import { namesOfPackage, namesPassed } from "./kept-calls.ts";
import { type ChangedFile, SignaturePlanner } from "./planner.ts";
import { isConstructor } from "./protocols.ts";
import type { SignatureRequest } from "./request.ts";

export interface SignaturePlan {
  readonly name: string;
  /** The parameters before and after, as they are written. */
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly declarations: readonly ShownPlace[];
  readonly calls: number;
  readonly files: readonly ChangedFile[];
  readonly unsure: readonly (ShownPlace & { readonly why: string; readonly changed: boolean })[];
  readonly notes: readonly string[];
}

/**
 * Gives a function other parameters, and its calls the arguments that go with them.
 *
 * @throws `no-match` where no function has the name, `ambiguous` where several have it or places are unsure, `check-failed` where the
 * function itself would not work any more, `usage` for a list that is none
 */
export async function planSignature(
  all: NameView,
  request: SignatureRequest,
): Promise<SignaturePlan> {
  const [name, owner] = nameAndOwner(request.from);
  const view = await viewFor(all, request, name);
  const resolution = await resolveName(view, name);
  const texts = await textsOfPlaces(view, resolution);
  const show = (path: string, start: number): ShownPlace => shown(texts, path, start);
  const group = chooseSymbol(resolution, request, owner, show);
  const language = nameLanguageOf(group.places[0]!.path)!;
  const trees = new Map<string, Tree>();
  try {
    const {
      uses,
      names,
      unsure: unknown,
    } = await soughtUses({ all, view, request, resolution, group, texts, trees });
    const planner = new SignaturePlanner(request, name, language, texts, trees);
    const first = uses.find(({ use }) => use.kind === "declaration");
    if (!first)
      throw new RedraftError(
        "no-match",
        `\`${request.from}\` is no function that a file declares. Nothing was written.`,
      );
    const parser = (await view.parserFor(first.path))!;
    const guessed = unknown.flatMap(({ path, start, call }) =>
      call && request.unsure === "include" ? [{ path, start, use: call }] : [],
    );
    const takesNames = first.use.kind === "declaration" && first.use.list.text.includes("**");
    const passed = takesNames ? await namesPassed(all, request.parameters) : new Set<string>();
    const declared =
      language === "go"
        ? await namesOfPackage(all, first.path, request.parameters)
        : new Set<string>();
    planner.plan([...uses, ...guessed], parser, { passed, declared });
    const isLeft = ({ path, start }: DoubtfulUse): boolean =>
      planner.doubts.some((one) => one.path === path && one.start === start && !one.isChanged);
    const doubts = [
      ...planner.doubts,
      ...unknown
        .filter((one) => !planner.isHarmless(one))
        .map((one) =>
          guessed.some(({ use }) => use === one.call) && !isLeft(one)
            ? { ...one, isChanged: true }
            : one,
        ),
    ];
    const unsure = doubts.map(({ path, start, why, ...more }) => ({
      ...show(path, start),
      why,
      changed: more.isChanged === true,
    }));
    if (unsure.length > 0 && (request.unsure ?? "refuse") === "refuse")
      throw doubtfulError(name, unsure);
    const files = planner.files();
    await requireSameCalls(view, names, files, planner.isCountable);
    return {
      name,
      before: planner.before,
      after: planner.after,
      declarations: uses.flatMap(({ path, start, use }) =>
        use.kind === "declaration" ? [show(path, start)] : [],
      ),
      calls: planner.calls,
      files,
      unsure,
      notes: planner.notes,
    };
  } finally {
    for (const tree of trees.values()) tree.delete();
  }
}

interface Sought extends NamedGroup {
  readonly all: NameView;
  readonly view: NameView;
  readonly request: SignatureRequest;
  readonly texts: Map<string, string>;
  readonly trees: Map<string, Tree>;
}

/** Every place of a function; of a constructor its declaration, and what builds objects of its class. */
async function soughtUses(sought: Sought): ReturnType<typeof findUses> {
  const { all, view, request, resolution, group, texts, trees } = sought;
  const found = await findUses(view, { resolution, group }, texts, trees);
  const { name } = resolution;
  const declared = found.uses.filter(
    ({ use }) => use.kind === "declaration" && isConstructor(use.node, name),
  );
  if (declared.length === 0) return found;
  const isAsked = ({ path, start }: FoundUse): boolean =>
    path === request.at?.path && shown(texts, path, start).line === request.at.line;
  const main = declared.find(isAsked) ?? (declared.length === 1 ? declared[0] : undefined);
  const node = main?.use.kind === "declaration" ? main.use.node : undefined;
  const built = node && classOfConstructor(main!.path, node);
  if (!built || !/^(?:constructor|__init__)$/u.test(name))
    throw new RedraftError(
      "usage",
      `\`${request.from}\` is a constructor that ${built ? "the language calls in a way of its own" : "is of several classes, or of one without a name"}: its parameters are not changed. Nothing was written.`,
    );
  const building = await findConstructorUses(all, built, texts, trees);
  return { ...building, uses: [main!, ...building.uses] };
}

/** The new texts parse, and the name has the places that it had. */
async function requireSameCalls(
  view: NameView,
  names: ReadonlyMap<string, number>,
  files: readonly ChangedFile[],
  isCountable: boolean,
): Promise<void> {
  for (const { path, after } of files) {
    const tree = (await view.parserFor(path))?.parse(after);
    try {
      const broken = tree ? firstBrokenLine(tree.rootNode) : 1;
      if (broken !== undefined)
        throw brokenBy(path, `the result has a syntax error at line ${broken}`);
    } finally {
      tree?.delete();
    }
  }
  if (!isCountable) return;
  const after = withTexts(view, new Map(files.map((one) => [one.path, one.after])));
  for (const [name, count] of names) {
    const { groups } = await resolveName(after, name);
    if (!groups.some((group) => group.isDeclared && group.places.length === count))
      throw brokenBy(files[0]?.path ?? "", `\`${name}\` would mean something else somewhere`);
  }
}

const brokenBy = (path: string, why: string): RedraftError =>
  new RedraftError("check-failed", `${path}: ${why}. Nothing was written.`, {
    details: { path, why },
  });

function doubtfulError(
  name: string,
  places: readonly (ShownPlace & { readonly why: string })[],
): RedraftError {
  const count = places.length === 1 ? "1 place" : `${places.length} places`;
  return new RedraftError(
    "ambiguous",
    `${count} may use \`${name}\` in a way that cannot be adapted for certain:\n${listed(places)}\nNothing was written. Adapt what can be adapted (--unsure include), or leave these places as they are (--unsure leave).`,
    { details: { name, unsure: places } },
  );
}
