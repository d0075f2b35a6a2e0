import { firstReached } from "../../text/first-reached.ts";
import { LineDiff } from "../../text/line-diff.ts";
import { lineStarts } from "./offsets.ts";
import { isList, type ParsedText, type SyntaxPart } from "./parts.ts";

/** Tokens [oldStart, oldEnd) of one text became tokens [newStart, newEnd) of the other. */
interface TokenChange {
  readonly oldStart: number;
  readonly oldEnd: number;
  readonly newStart: number;
  readonly newEnd: number;
}

/** Neighbouring parts that became others. Everything around them is unchanged. */
export interface Region {
  readonly old: readonly SyntaxPart[];
  readonly new: readonly SyntaxPart[];
  /** Positions in the lists of changes, [from, to). */
  readonly from: number;
  readonly to: number;
}

/** What one edit changed in a file, in whole parts of its syntax. */
export class EditRegions {
  private readonly before: ParsedText;
  private readonly after: ParsedText;
  private readonly changes: readonly TokenChange[];

  constructor(before: ParsedText, after: ParsedText) {
    this.before = before;
    this.after = after;
    this.changes = tokenChanges(before, after);
  }

  /** The smallest regions; none overlaps another. */
  smallest(): Region[] {
    const regions: Region[] = [];
    for (let at = 0; at < this.changes.length; ) {
      const region = this.around(at, at + 1, 0, 0);
      if (!region) return [];
      while (regions.length > 0 && regions.at(-1)!.to > region.from) regions.pop();
      regions.push(region);
      at = Math.max(region.to, at + 1);
    }
    return regions;
  }

  /** The region of the parent, as far as the statement around it; where something was inserted, with a neighbour. */
  larger(region: Region, neighbour?: "before" | "after"): Region | undefined {
    const { from, to } = region;
    const [left, right] = this.margins(region);
    if (region.old.length === 0 || region.new.length === 0) {
      if (neighbour === undefined) return undefined;
      const sides = this.neighbours(region);
      const beside = neighbour === "before" ? sides[0] : sides[1];
      if (!beside) return undefined;
      const more = countTokens(beside);
      return this.around(
        from,
        to,
        neighbour === "before" ? more : 0,
        neighbour === "after" ? more : 0,
      );
    }
    const [first] = region.old;
    const parent = first!.parent;
    if (!parent || isList(parent) || region.old.length > 1 || !parent.parent) return undefined;
    const before = this.before.tokens;
    const start = firstTokenFrom(before, parent.start);
    const end = behindTokensTo(before, parent.end);
    const wantedLeft = this.changes[from]!.oldStart - start;
    const wantedRight = end - this.changes[to - 1]!.oldEnd;
    return this.around(from, to, Math.max(left, wantedLeft), Math.max(right, wantedRight));
  }

  /** What is before and after a place in a list where something was inserted or removed. */
  private neighbours({ from, to }: Region): [SyntaxPart | undefined, SyntaxPart | undefined] {
    const { tokens } = this.before;
    const list = commonParent(
      tokens[this.changes[from]!.oldStart - 1],
      tokens[this.changes[to - 1]!.oldEnd],
    );
    if (!list || !isList(list)) return [undefined, undefined];
    const start = tokens[this.changes[from]!.oldStart - 1]!.end;
    const end = tokens[this.changes[to - 1]!.oldEnd]!.start;
    return [
      list.children.findLast((one) => one.end <= start),
      list.children.find((one) => one.start >= end),
    ];
  }

  private margins({ old, from, to }: Region): [number, number] {
    if (old.length === 0) return [0, 0];
    const { tokens } = this.before;
    const start = firstTokenFrom(tokens, old[0]!.start);
    const end = behindTokensTo(tokens, old.at(-1)!.end);
    return [this.changes[from]!.oldStart - start, end - this.changes[to - 1]!.oldEnd];
  }

  /** The smallest whole parts on both sides with these changes and so many unchanged tokens around them. */
  private around(from: number, to: number, left: number, right: number): Region | undefined {
    for (;;) {
      const first = this.changes[from]!;
      const last = this.changes[to - 1]!;
      let old = covering(this.before, first.oldStart - left, last.oldEnd + right);
      let now = covering(this.after, first.newStart - left, last.newEnd + right);
      if (!old || !now) return undefined;
      // Members of a list on one side are such on the other.
      if (isSlice(old) && !isSlice(now)) now = inList(this.after, now);
      else if (isSlice(now) && !isSlice(old)) old = inList(this.before, old);
      old = ofUse(this.before, old);
      now = ofUse(this.after, now);
      const more = {
        left: Math.max(first.oldStart - old.from, first.newStart - now.from),
        right: Math.max(old.to - last.oldEnd, now.to - last.newEnd),
      };
      const isEqual =
        first.oldStart - old.from === first.newStart - now.from &&
        old.to - last.oldEnd === now.to - last.newEnd;
      let grownFrom = from;
      let grownTo = to;
      while (grownFrom > 0) {
        const before = this.changes[grownFrom - 1]!;
        const isInside =
          before.oldEnd > first.oldStart - more.left || before.newEnd > first.newStart - more.left;
        if (!isInside) break;
        grownFrom -= 1;
      }
      while (grownTo < this.changes.length) {
        const after = this.changes[grownTo]!;
        const isInside =
          after.oldStart < last.oldEnd + more.right || after.newStart < last.newEnd + more.right;
        if (!isInside) break;
        grownTo += 1;
      }
      if (grownFrom === from && grownTo === to) {
        if (isEqual) return { old: old.parts, new: now.parts, from, to };
        left = more.left;
        right = more.right;
        continue;
      }
      // The margins are counted from the outermost changes.
      left = grownFrom < from ? 0 : more.left;
      right = grownTo > to ? 0 : more.right;
      from = grownFrom;
      to = grownTo;
    }
  }
}

function tokenChanges(before: ParsedText, after: ParsedText): TokenChange[] {
  const written = ({ text, tokens }: ParsedText): string[] =>
    tokens.map(({ start, end }) => text.slice(start, end));
  const oldTokens = written(before);
  const newTokens = written(after);
  const changes: TokenChange[] = [];
  // Lines first: a diff of tokens alone pairs brackets of different statements.
  const [oldLines, newLines] = [before.text.split("\n"), after.text.split("\n")];
  const [oldStarts, newStarts] = [lineStarts(oldLines), lineStarts(newLines)];
  for (const hunk of new LineDiff(oldLines, newLines).compare()) {
    const oldStart = firstTokenFrom(before.tokens, oldStarts[hunk.oldStart]!);
    const oldEnd = firstTokenFrom(before.tokens, oldStarts[hunk.oldEnd]!);
    const newStart = firstTokenFrom(after.tokens, newStarts[hunk.newStart]!);
    const newEnd = firstTokenFrom(after.tokens, newStarts[hunk.newEnd]!);
    const inner = new LineDiff(
      oldTokens.slice(oldStart, oldEnd),
      newTokens.slice(newStart, newEnd),
    ).compare();
    for (const one of inner) {
      changes.push({
        oldStart: oldStart + one.oldStart,
        oldEnd: oldStart + one.oldEnd,
        newStart: newStart + one.newStart,
        newEnd: newStart + one.newEnd,
      });
    }
  }
  return isAccount(changes, oldTokens, newTokens)
    ? changes
    : new LineDiff(oldTokens, newTokens).compare();
}

const firstTokenFrom = (tokens: readonly SyntaxPart[], offset: number): number =>
  firstReached(tokens.length, (at) => tokens[at]!.start >= offset);

const behindTokensTo = (tokens: readonly SyntaxPart[], offset: number): number =>
  firstReached(tokens.length, (at) => tokens[at]!.end > offset);

/** Whether the tokens between the changes are the same on both sides: a token of several lines may break that. */
function isAccount(
  changes: readonly TokenChange[],
  oldTokens: readonly string[],
  newTokens: readonly string[],
): boolean {
  let old = 0;
  let now = 0;
  const same = (oldEnd: number, newEnd: number): boolean => {
    if (oldEnd - old !== newEnd - now) return false;
    for (; old < oldEnd; old += 1, now += 1) if (oldTokens[old] !== newTokens[now]) return false;
    return true;
  };
  for (const change of changes) {
    if (!same(change.oldStart, change.newStart)) return false;
    old = change.oldEnd;
    now = change.newEnd;
  }
  return same(oldTokens.length, newTokens.length);
}

interface Cover {
  readonly parts: readonly SyntaxPart[];
  /** Their tokens. */
  readonly from: number;
  readonly to: number;
}

/** The smallest neighbouring parts that are exactly some tokens, or a part with all of them. */
function covering(parsed: ParsedText, from: number, to: number): Cover | undefined {
  const { tokens } = parsed;
  if (from < 0 || to > tokens.length) return undefined;
  if (from === to) {
    const parent = commonParent(tokens[from - 1], tokens[from]) ?? parsed.root;
    if (isList(parent)) return { parts: [], from, to };
    // A block without brackets begins with its first token, and ends with its last.
    const isEdge =
      listWithin(parent, tokens[from], (list) => list.start === tokens[from]?.start) ||
      listWithin(parent, tokens[from - 1], (list) => list.end === tokens[from - 1]?.end);
    return isEdge ? { parts: [], from, to } : coverOf(parsed, parent);
  }
  const first = tokens[from]!;
  const last = tokens[to - 1]!;
  const part = first === last ? first : (commonParent(first, last) ?? parsed.root);
  if (!isList(part)) return coverOf(parsed, part);
  const { children } = part;
  const parts = children.slice(
    firstReached(children.length, (at) => children[at]!.end > first.start),
    firstReached(children.length, (at) => children[at]!.start >= last.end),
  );
  // A file of comments alone has no parts.
  if (parts.length === 0) return undefined;
  const start = parts[0]!.start;
  const end = parts.at(-1)!.end;
  return {
    parts,
    from: firstTokenFrom(tokens, start),
    to: behindTokensTo(tokens, end),
  };
}

function listWithin(
  outer: SyntaxPart,
  token: SyntaxPart | undefined,
  fits: (list: SyntaxPart) => boolean,
): boolean {
  for (let part = token?.parent; part && part !== outer; part = part.parent) {
    if (isList(part) && fits(part)) return true;
  }
  return false;
}

function coverOf({ tokens }: ParsedText, part: SyntaxPart): Cover {
  return {
    parts: [part],
    from: firstTokenFrom(tokens, part.start),
    to: behindTokensTo(tokens, part.end),
  };
}

const isMember = (part: SyntaxPart): boolean => part.parent === undefined || isList(part.parent);

/** Whether a cover is no single part inside of a statement. */
const isSlice = ({ parts }: Cover): boolean => parts.length !== 1 || isMember(parts[0]!);

/** The member of a list around a part. */
function inList(parsed: ParsedText, { parts }: Cover): Cover {
  let part = parts[0]!;
  while (!isMember(part)) part = part.parent!;
  return coverOf(parsed, part);
}

const usedFields = /^(?:function|property|attribute|field|name|constructor|object|operand)$/u;

/** Brackets of a call, a declaration or a type, with what is in them. */
const insideUse =
  /^(?:arguments|argument_list|\w*parameters?|parameter_list|\w*parameter_declaration|type_arguments|literal_value|keyword_argument|keyed_element|string_fragment|string_content)$/u;

/** A variable by itself says too little: what it is used in belongs to it. */
function isValueName(part: SyntaxPart): boolean {
  const [only] = part.children;
  if (only) return part.children.length === 1 && isValueName(only);
  const parent = part.parent?.type;
  return part.type === "identifier" && parent !== "type" && parent !== "type_annotation";
}

/** Instead of a name that calls, selects or declares, and of what is in brackets: what it is a part of. */
function ofUse(parsed: ParsedText, cover: Cover): Cover {
  if (cover.parts.length !== 1) return cover;
  let part = cover.parts[0]!;
  while (
    !isMember(part) &&
    (usedFields.test(part.field ?? "") || insideUse.test(part.type) || isValueName(part))
  ) {
    part = part.parent!;
  }
  return part === cover.parts[0] ? cover : coverOf(parsed, part);
}

function commonParent(
  one: SyntaxPart | undefined,
  other: SyntaxPart | undefined,
): SyntaxPart | undefined {
  if (!one || !other) return undefined;
  const above = new Set<SyntaxPart>();
  for (let part: SyntaxPart | undefined = one.parent; part; part = part.parent) above.add(part);
  for (let part: SyntaxPart | undefined = other.parent; part; part = part.parent) {
    if (above.has(part)) return part;
  }
  return undefined;
}

function countTokens(part: SyntaxPart): number {
  if (part.children.length === 0) return 1;
  return part.children.reduce((sum, child) => sum + countTokens(child), 0);
}
