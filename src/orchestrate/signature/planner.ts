import type { Node, Tree } from "web-tree-sitter";
import { RedraftError } from "../../core/errors.ts";
import type { TreeParser } from "../../core/repository.ts";
import { builtIn } from "../fix/known-names.ts";
import { type VisibleNames, visibleNames } from "../fix/visible.ts";
import type { NameLanguage } from "../index/languages.ts";
import { around } from "../names/nodes.ts";
import { isRegistered } from "../names/python-injection.ts";
import { shown } from "../rename/symbol.ts";
import { newArguments, type SignatureChange, UnfitCall } from "./arguments.ts";
import { requireBody } from "./body.ts";
import { functionKinds, isContextual, isOnClass, unlikeHere } from "./call-places.ts";
import type { DoubtfulUse, FoundUse } from "./find-uses.ts";
import { keepsEveryCall, passesTheSame } from "./kept-calls.ts";
import { listItems, NestedEdits, writeItems } from "./list-edits.ts";
import { alignPatterns, requireList } from "./list-rules.ts";
import { namesOfValue, type Parameter, parseParameters, readParameters } from "./parameters.ts";
import { isOfPlatform } from "./platform-names.ts";
import { callsByItself, isConstructor } from "./protocols.ts";
import type { SignatureRequest } from "./request.ts";
import type { FunctionDeclaration } from "./uses.ts";

/** One file of a change. */
export interface ChangedFile {
  readonly path: string;
  readonly before: string;
  readonly after: string;
}

/** What other files say of the names of the new list. */
export interface KnownNames {
  /** Passed by name somewhere, or a key that may be. */
  readonly passed: ReadonlySet<string>;
  /** Declared by another file of the package. */
  readonly declared: ReadonlySet<string>;
}

/** Collects what changes in the files. */
export class SignaturePlanner {
  readonly doubts: DoubtfulUse[] = [];
  readonly notes: string[] = [];
  before: readonly string[] = [];
  after: readonly string[] = [];
  /** How many calls pass something else. */
  calls = 0;
  /** No argument that is dropped or added mentions the function itself. */
  isCountable = true;
  /** Whatever calls the function passes the same as before, so no call has to be known. */
  keepsCalls = false;
  private change: SignatureChange | undefined;
  private declaredElsewhere: ReadonlySet<string> = new Set();
  private readonly request: SignatureRequest;
  private readonly name: string;
  private readonly language: NameLanguage;
  private readonly texts: ReadonlyMap<string, string>;
  private readonly trees: ReadonlyMap<string, Tree>;
  private readonly edits = new Map<string, NestedEdits>();
  private readonly wordsOfValues = new Map<string, readonly string[]>();

  constructor(
    request: SignatureRequest,
    name: string,
    language: NameLanguage,
    texts: ReadonlyMap<string, string>,
    trees: ReadonlyMap<string, Tree>,
  ) {
    this.request = request;
    this.name = name;
    this.language = language;
    this.texts = texts;
    this.trees = trees;
  }

  plan(uses: readonly FoundUse[], parser: TreeParser, known: KnownNames): void {
    const { language, request } = this;
    const written = parseParameters(request.parameters, language, parser);
    const { items, words } = written;
    const declarations = uses.flatMap(({ path, start, use }) =>
      use.kind === "declaration" ? [{ path, start, use }] : [],
    );
    const main =
      declarations.find(({ path, start }) => this.isAsked(path, start)) ??
      declarations.find(({ use }) => use.body) ??
      declarations[0]!;
    const before = readParameters(main.use.list, language, main.use.receiver !== undefined);
    const after = alignPatterns(before, written.parameters);
    requireList(before, after, language);
    this.before = before.map(({ text }) => text);
    this.after = after.map(({ text }) => text);
    const values = this.requireValues(before, after);
    for (const value of Object.values(values))
      this.wordsOfValues.set(value, namesOfValue(value, language, parser));
    const isLoose = /\.[cm]?jsx?$/u.test(main.path);
    const change: SignatureChange = { language, before, after, values, isLoose };
    this.change = change;
    this.declaredElsewhere = known.declared;
    this.keepsCalls = keepsEveryCall(change, (one) => known.passed.has(one));
    for (const { path, use } of declarations) this.declare(path, use, change, items, words, parser);
    const isOnObject =
      (main.use.receiver === "object" && !isConstructor(main.use.node, this.name)) ||
      language === "go";
    // Inner calls first: an outer one may move them.
    const sorted = [...uses].sort((a, b) => b.start - a.start);
    for (const one of sorted) this.use(one, change, isOnObject);
    this.doubts.reverse();
  }

  /** Whether a place that may call the function passes the same before and after. */
  isHarmless({ call }: DoubtfulUse): boolean {
    if (this.keepsCalls) return true;
    return call?.kind === "call" && passesTheSame(listItems(call.list), this.change!);
  }

  files(): readonly ChangedFile[] {
    return [...this.edits]
      .filter(([, edits]) => edits.result() !== edits.text)
      .map(([path, edits]) => ({ path, before: edits.text, after: edits.result() }))
      .sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  private requireValues(
    before: readonly Parameter[],
    after: readonly Parameter[],
  ): Readonly<Record<string, string>> {
    const { values = {} } = this.request;
    const stray = Object.keys(values).find(
      (name) => !after.some((one) => one.name === name && one.kind === "one"),
    );
    if (stray !== undefined)
      throw new RedraftError(
        "usage",
        `\`${stray}\` has a value, and is no parameter of the new list. Nothing was written.`,
      );
    const lacking = after.find(
      ({ name, kind, fallback }) =>
        kind === "one" &&
        fallback === undefined &&
        values[name] === undefined &&
        !before.some((one) => one.name === name),
    );
    if (lacking !== undefined)
      throw new RedraftError(
        "usage",
        `\`${lacking.name}\` is new and has no default: give the value that calls pass (--value ${lacking.name}=...), or a default. To give a parameter another name, use rename. Nothing was written.`,
      );
    return values;
  }

  /** The list of the request is written for this declaration. */
  private isAsked(path: string, start: number): boolean {
    const { at } = this.request;
    return path === at?.path && shown(this.texts, path, start).line === at.line;
  }

  private editsOf(path: string): NestedEdits {
    const known = this.edits.get(path) ?? new NestedEdits(this.texts.get(path)!);
    this.edits.set(path, known);
    return known;
  }

  private declare(
    path: string,
    use: FunctionDeclaration,
    change: SignatureChange,
    items: readonly string[],
    words: readonly string[],
    parser: TreeParser,
  ): void {
    const { language, before, after } = change;
    const mine = readParameters(use.list, language, use.receiver !== undefined);
    const isAlike =
      mine.length === before.length &&
      mine.every(
        ({ name, kind }, at) =>
          (name === before[at]!.name || name === "") && kind === before[at]!.kind,
      );
    const doubt = (why: string): void =>
      void this.doubts.push({ path, start: use.list.startIndex, why });
    if (!isAlike) {
      // Nothing passes it what is new.
      if (this.keepsCalls && language === "python" && !isOverload(use.node)) return;
      return void doubt("this declaration has other parameters");
    }
    // It may read the list, and pass what is new by its name.
    if (language === "python" ? isRegistered(use.node) : isDecorated(use))
      doubt("a decorator may call the function");
    const caller = callsByItself(use.node, this.name, language);
    if (caller && !this.keepsCalls && !isConstructor(use.node, this.name)) doubt(caller);
    const isFree = (leaf: Node): boolean => this.isFree(path, leaf, use);
    requireBody(use, change, (start) => shown(this.texts, path, start), isFree);
    const own = new Set(
      language === "script" ? after.flatMap(({ bound }) => bound.map(({ name }) => name)) : [],
    );
    const outer = words.filter((word) => !own.has(word));
    for (const name of this.undeclared(path, use.node, outer))
      doubt(`\`${name}\` is not declared in this file`);
    // Python makes the value of a default where it declares the function.
    if (language === "python") this.doubtWords(path, use.node, outer, doubt);
    const edits = this.editsOf(path);
    if (use.list.type === "identifier") {
      edits.replace(use.list.startIndex, use.list.endIndex, `(${items.join(", ")})`);
      return;
    }
    const old = listItems(use.list);
    const receiver = use.receiver !== undefined && old[0] ? [old[0].text] : [];
    const written = items.map((item) => itemFor(item, mine, use.body !== null, change));
    const strange = written.indexOf(undefined);
    if (strange >= 0)
      return void doubt(`this declaration writes \`${items[strange]}\` in another way`);
    if (written.some((item, at) => item !== items[at])) {
      const list = parseParameters(written.join(", "), language, parser).parameters;
      requireList(mine, alignPatterns(mine, list), language);
    }
    writeItems(edits, use.list, old, [...receiver, ...(written as string[])]);
  }

  private use({ path, start, use }: FoundUse, change: SignatureChange, isOnObject: boolean): void {
    if (this.keepsCalls) return;
    const doubt = (why: string, isChanged = false): void =>
      void this.doubts.push({ path, start, why, isChanged });
    if (use.kind === "other") doubt(use.why);
    if (use.kind !== "call") return;
    // `Store.get(store, 1)` passes the receiver itself.
    if (isOnObject && isOnClass(use, this.visible(path), this.language))
      return void doubt("it may pass the object itself, too");
    const given = listItems(use.list);
    try {
      const plan = newArguments(given, change);
      if (!plan) return;
      const isWanted = plan.doubt === undefined || this.request.unsure === "include";
      if (plan.doubt !== undefined) doubt(plan.doubt, isWanted);
      if (!isWanted) return;
      const edits = this.editsOf(path);
      if (edits.covers(use.call))
        return void doubt("it is in the list of parameters, which the request writes");
      const added = plan.items.flatMap(({ text }) => text ?? []);
      if (isInQuotes(use.call) && added.some((one) => /["'\\#\n]/u.test(one)))
        return void doubt("the value does not fit into the string around the call");
      const words = added.flatMap((one) => this.wordsOfValues.get(one) ?? []);
      for (const name of this.undeclared(path, use.call, words))
        doubt(`\`${name}\` is not declared in this file`, true);
      this.doubtWords(path, use.call, words, (why) => doubt(why, true));
      const items = plan.items.map(({ node, text, keyword }) => {
        const value = node ? edits.textOf(node) : text!;
        if (keyword === undefined) return value;
        const isOpen = node ? node.type === "named_expression" : /^[^()]*:=/u.test(value);
        return `${keyword}=${isOpen ? `(${value})` : value}`;
      });
      const isOwn = (part: string): boolean => part.includes(this.name);
      if (added.some(isOwn) || plan.dropped.some(({ text }) => isOwn(text)))
        this.isCountable = false;
      writeItems(edits, use.list, given, items);
      this.calls += 1;
    } catch (error) {
      if (!(error instanceof UnfitCall)) throw error;
      doubt(error.message);
    }
  }

  /** A name of the body that a new parameter may have: nothing declares it yet, or something within the body does. */
  private isFree(path: string, leaf: Node, { node, body }: FunctionDeclaration): boolean {
    const { language } = this;
    const declared = this.visible(path).declarations(leaf.text, leaf);
    if (declared) return declared.every(({ by }) => isInnerName(by, node, body!, language));
    if (isOfPlatform(leaf.text, language) || this.declaredElsewhere.has(leaf.text)) return false;
    return !/^\s*from\s[^\n]*\simport\s+\*/mu.test(this.texts.get(path)!);
  }

  private visible(path: string): VisibleNames {
    const tree = this.trees.get(path)!;
    return visibleNames(tree.rootNode, this.texts.get(path)!, this.language);
  }

  /** Words of a new value that mean something else at a place than elsewhere, or nothing yet. */
  private doubtWords(
    path: string,
    at: Node,
    words: readonly string[],
    doubt: (why: string) => void,
  ): void {
    const visible = this.visible(path);
    for (const word of words) {
      const why = unlikeHere(word, at, this.trees.get(path)!.rootNode, visible, this.language);
      if (why) doubt(why);
    }
  }

  /** Names that a place does not see. */
  private undeclared(path: string, at: Node, words: readonly string[]): readonly string[] {
    const { language } = this;
    const visible = this.visible(path);
    return words.filter((word) => {
      if (isContextual(word) || builtIn[language].has(word) || visible.declarations(word, at))
        return false;
      // It may be a name of another file of the package; in scripts, a type of the platform.
      return language === "python" || (language === "script" && !/^[A-Z]/u.test(word));
    });
  }
}

/**
 * Whether what declares a name is in a body, and leaves room for a parameter of the name: a local variable of Python, which is set before
 * it is read as it was before; elsewhere only what a block or a function within the body has of its own.
 */
function isInnerName(by: Node, node: Node, body: Node, language: NameLanguage): boolean {
  if (by.startIndex < body.startIndex || by.endIndex > body.endIndex) return false;
  if (language === "python") return true;
  const inner = around(by, functionKinds);
  if (inner && inner.id !== node.id) return true;
  const isVar = by.parent?.type === "variable_declaration";
  return !isVar && around(by, /^(?:statement_block|block)$/u)?.id !== body.id;
}

/** A string of Python with an expression in it, which ends at the next quote of its kind. */
const isInQuotes = (call: Node): boolean => around(call, /^interpolation$/u) !== undefined;

/** One of several declarations of a function of Python, of which the last one has the body. */
const isOverload = ({ parent }: Node): boolean =>
  parent?.type === "decorated_definition" && /^@\s*(?:\w+\.)?overload\b/mu.test(parent.text);

/** A decorator of a method of a script, or of one of its parameters. */
const isDecorated = ({ node, list }: FunctionDeclaration): boolean =>
  node.children.some((one) => one?.type === "decorator") ||
  node.previousNamedSibling?.type === "decorator" ||
  list.descendantsOfType("decorator").length > 0;

/**
 * What one declaration of several writes for an item of the new list: a parameter that does not change keeps the type that it has there.
 * Undefined: the parameter changes, and was written in another way.
 */
function itemFor(
  item: string,
  own: readonly Parameter[],
  hasBody: boolean,
  { language, before, after }: SignatureChange,
): string | undefined {
  const wanted = after.find(({ text }) => text === item);
  // In Go all of them have the same types.
  if (!wanted || language === "go") return item;
  const main = before.find(({ name }) => name === wanted.name);
  const mine = own.find(({ name }) => name === wanted.name);
  if (main && mine) {
    if (main.text === wanted.text) return mine.text;
    if (mine.text !== main.text && mine.text !== withoutValue(main)) return undefined;
  }
  return hasBody || language !== "script" ? item : withoutValue(wanted);
}

/** A default has no place in a declaration without a body. */
const withoutValue = ({ name, type, fallback, text }: Parameter): string =>
  fallback === undefined || fallback === "" ? text : `${name}?: ${type ?? typeOfValue(fallback)}`;

function typeOfValue(value: string): string {
  if (/^["'`]/u.test(value)) return "string";
  if (/^-?\d/u.test(value)) return "number";
  return /^(?:true|false)$/u.test(value) ? "boolean" : "unknown";
}
