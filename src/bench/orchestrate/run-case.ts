import { RedraftError } from "../../core/errors.ts";
import type { RepositoryFiles } from "../../core/repository.ts";
import { classify } from "../../orchestrate/classify.ts";
import { nameLanguageOf } from "../../orchestrate/index/languages.ts";
import { createRepositoryIndex } from "../../orchestrate/index/repository-index.ts";
import type {
  RepeatPlace,
  RepeatPlan,
  RepeatRequest,
} from "../../orchestrate/like-places/repeat.ts";
import type { MoveRequest } from "../../orchestrate/move/request.ts";
import { nameViewOf } from "../../orchestrate/names/view.ts";
import { orchestrate } from "../../orchestrate/orchestrate.ts";
import { speculators } from "../../orchestrate/registry.ts";
import type { RenamePlan } from "../../orchestrate/rename/rename.ts";
import type { SignatureRequest } from "../../orchestrate/signature/request.ts";
import type { SignaturePlan } from "../../orchestrate/signature/signature.ts";
import type {
  CandidateFile,
  EditCandidate,
  OrchestrateRequest,
  SpeculationContext,
} from "../../orchestrate/speculator.ts";
import { createRedraft } from "../../redraft/create-redraft.ts";
import { LineDiff } from "../../text/line-diff.ts";
import { parserFor } from "../../workspace/syntax.ts";
import type { CaseJudgement, RepositoryCase } from "./cases.ts";
import { hunksOfFile } from "./commit-hunks.ts";
import { wrongExtract } from "./extract-commits.ts";
import type { CommitFile } from "./history.ts";
import type { TestJudgement } from "./judge-by-tests.ts";
import { wrongMove } from "./judge-move.ts";
import { wrongSignature } from "./judge-signature.ts";
import { wrongLoop } from "./loop-commits.ts";
import { type RenameDifference, wrongRename } from "./rename-commits.ts";

/** What became of one case. */
export interface CaseOutcome {
  readonly id: string;
  readonly type: string;
  readonly kind?: string;
  readonly recognised: boolean;
  readonly proposed: boolean;
  readonly accepted: boolean;
  /** It was accepted, or refused, only after a list of places that are unsure. */
  readonly asked: boolean;
  /** Places that the person who was asked looked through. */
  readonly listed?: number;
  readonly right: boolean;
  /** What the tests of the repository say of an edit that is not as the commit has it; absent where nobody asked them. */
  readonly tests?: TestJudgement["verdict"];
  /** Why it was refused, or how it is wrong. */
  readonly why?: string;
  readonly files: readonly CandidateFile[];
  /** Seconds from the request to the verified edit, with an index that is up to date. */
  readonly seconds: number;
  /** Seconds that the index of the whole repository takes from nothing. */
  readonly indexSeconds: number;
}

const redraft = createRedraft();
/** A name is that of a few symbols, not of many. */
const mostRequests = 20;

/**
 * Asks the orchestrator, has the merge prove each file, and judges the result; nothing is written.
 *
 * @param seen the files that specialists see; the result is judged by all of the case
 */
export async function runCase(
  one: RepositoryCase,
  seen: RepositoryCase["texts"] = one.texts,
): Promise<CaseOutcome> {
  const { kind } = one;
  return { ...(await caseOutcome(one, seen)), ...(kind !== undefined && { kind }) };
}

async function caseOutcome(
  one: RepositoryCase,
  seen: RepositoryCase["texts"],
): Promise<CaseOutcome> {
  const nothing = { recognised: false, proposed: false, accepted: false, asked: false };
  if (classify(one.request, speculators).length === 0) {
    const { id, type } = one;
    const why = "no specialist takes it";
    return { id, type, ...nothing, right: false, why, files: [], seconds: 0, indexSeconds: 0 };
  }
  const start = performance.now();
  await speculationOver(seen);
  const indexSeconds = secondsSince(start);
  const none = { id: one.id, type: one.type, recognised: true, right: false, files: [] };
  let asked = false;
  let listed: number | undefined;
  let spent = 0;
  const texts = new Map(seen);
  const candidates: EditCandidate[] = [];
  for (let request: OrchestrateRequest | undefined = one.request; request; ) {
    const context = await speculationOver(texts);
    const from = performance.now();
    try {
      const answer = await candidateAfterAsking(one, request, context);
      asked ||= answer.asked;
      listed = answer.listed;
      // Files that move are judged by the candidate itself.
      for (const { path, before, after, to } of answer.candidate.files) {
        const made = await redraft.apply({ path, source: before, edit: after, format: "whole" });
        if (made.text !== after) throw new RedraftError("check-failed", `${path}: another text`);
        if (to === undefined) texts.set(path, after);
      }
      candidates.push(answer.candidate);
    } catch (error) {
      if (!RedraftError.is(error)) throw error;
      const [why = ""] = error.message.split("\n");
      const seconds = spent + secondsSince(from);
      const part = { proposed: false, accepted: false, asked, seconds, indexSeconds, why };
      return { ...none, ...part };
    } finally {
      spent += secondsSince(from);
    }
    request = candidates.length < mostRequests ? nextRename(one, texts, candidates) : undefined;
  }
  const moved = candidates.flatMap((answer) => answer.files).filter(({ to }) => to !== undefined);
  const files = [...filesThatDiffer(seen, texts), ...moved];
  const wrong = await wrongIn(files, candidates, one.judge, one.texts);
  return {
    ...none,
    proposed: true,
    accepted: true,
    asked,
    ...(asked && listed !== undefined && { listed }),
    right: wrong === undefined,
    ...(wrong !== undefined && { why: wrong }),
    files,
    seconds: spent,
    indexSeconds,
  };
}

interface AskedCandidate {
  readonly candidate: EditCandidate;
  readonly asked: boolean;
  /** Places that the person looks through. */
  readonly listed?: number;
}

/**
 * The candidate that is applied. Where a rename is refused because places are unsure, the person looks at the list and says that they are
 * meant: `asked`; likewise calls that may be of a function whose parameters change, if all of them are adapted.
 */
async function candidateAfterAsking(
  { judge }: RepositoryCase,
  request: OrchestrateRequest,
  context: SpeculationContext,
): Promise<AskedCandidate> {
  if (request.repeat && judge.kind === "commit")
    return repeatAfterAsking(judge.files, request, request.repeat, context);
  try {
    return { candidate: await acceptedCandidate(request, context), asked: false };
  } catch (error) {
    const isUnsure = RedraftError.is(error) && error.details?.unsure !== undefined;
    if (!isUnsure) throw error;
    const unsure = "include" as const;
    if (request.signature) {
      const candidate = await signatureAfterAsking(request.signature, judge, context);
      if (!candidate) throw error;
      return { candidate, asked: true };
    }
    if (request.move && judge.kind === "moved")
      return { candidate: await moveAfterAsking(request.move, judge.files, context), asked: true };
    if (!request.rename) throw error;
    const rename = { ...request.rename, unsure };
    return { candidate: await acceptedCandidate({ ...request, rename }, context), asked: true };
  }
}

/**
 * What the person does who sees the places of a list: they are adapted where the commit changes all lines of them that can be, or left
 * where it changes none. A place that cannot be adapted would not work any more: so the commit must have left its line.
 */
async function signatureAfterAsking(
  request: SignatureRequest,
  judge: CaseJudgement,
  context: SpeculationContext,
): Promise<EditCandidate | undefined> {
  const kept = judge.kind === "signature" ? keptRows(judge.files) : undefined;
  const isKept = ({ path, line }: { readonly path: string; readonly line: number }): boolean =>
    kept !== undefined && (kept.get(path)?.has(line - 1) ?? true);
  for (const unsure of ["include", "leave"] as const) {
    const signature = { ...request, unsure };
    const candidate = await acceptedCandidate({ signature }, context);
    const places = (candidate.details as Pick<SignaturePlan, "unsure">).unsure;
    const isMeant = places.every((one) => (one.changed ? !kept || !isKept(one) : isKept(one)));
    if (isMeant) return candidate;
  }
  return undefined;
}

/** The person has the listed places rewritten, if the commit does, or leaves them. */
async function moveAfterAsking(
  move: MoveRequest,
  files: readonly CommitFile[],
  context: SpeculationContext,
): Promise<EditCandidate> {
  const [included, left] = [
    await acceptedCandidate({ move: { ...move, unsure: "include" } }, context),
    await acceptedCandidate({ move: { ...move, unsure: "leave" } }, context),
  ];
  return (await wrongMove(included.files, files)) === undefined ? included : left;
}

/** Rows of the old texts that a commit keeps, by path. */
function keptRows(files: readonly CommitFile[]): ReadonlyMap<string, ReadonlySet<number>> {
  return new Map(
    files.map(({ path, before, after }) => {
      const rows = new Set(before.split("\n").keys());
      for (const { start, end } of hunksOfFile({ path, before, after }))
        for (let row = start; row < end; row += 1) rows.delete(row);
      return [path, rows];
    }),
  );
}

/**
 * The repeated edit that is applied. Where it lists places that are not sure, or has some that the commit leaves, the person looks at
 * each: `asked`.
 */
async function repeatAfterAsking(
  files: readonly CommitFile[],
  request: OrchestrateRequest,
  repeat: RepeatRequest,
  context: SpeculationContext,
): Promise<AskedCandidate> {
  const first = await acceptedCandidate(request, context).catch((error: unknown) => error as Error);
  const listed =
    first instanceof Error ? RedraftError.is(first) && first.details?.places : first.details;
  if (first instanceof Error && !listed) throw first;
  const places = (Array.isArray(listed) ? listed : (listed as RepeatPlan).places) as RepeatPlace[];
  const only = await wantedPlaces(places, files, context);
  const isUnsure = places.some(({ unsure }) => unsure !== undefined);
  if (!(first instanceof Error) && !isUnsure && only.length === places.length)
    return { candidate: first, asked: false, listed: places.length };
  // Nothing of the list is wanted: the person takes none of it.
  if (only.length === 0) {
    if (first instanceof Error) throw first;
    throw new RedraftError("no-match", "none of the places is one of the commit's");
  }
  const chosen = { ...request, repeat: { edit: repeat.edit, only } };
  return {
    candidate: await acceptedCandidate(chosen, context),
    asked: true,
    listed: places.length,
  };
}

/** Numbers of the listed places whose change is a part of what the commit does to the file, one reading of each. */
async function wantedPlaces(
  places: readonly RepeatPlace[],
  files: readonly CommitFile[],
  context: SpeculationContext,
): Promise<readonly number[]> {
  const commit = new Map(files.map(({ path, after }) => [path, after]));
  const wanted: RepeatPlace[] = [];
  for (const place of places) {
    const text = await context.index.read(place.path);
    const after = commit.get(place.path);
    if (text === undefined || after === undefined) continue;
    const made = textWith(text, place.changes);
    if (wordsApart(text, after) - wordsApart(made, after) < wordsApart(text, made)) continue;
    const isTaken = wanted.some(
      (one) =>
        one.path === place.path &&
        one.changes.some((a) => place.changes.some((b) => a.start < b.end && b.start < a.end)),
    );
    if (!isTaken) wanted.push(place);
  }
  return wanted.map(({ number }) => number);
}

const textWith = (text: string, changes: RepeatPlace["changes"]): string =>
  [...changes]
    .sort((a, b) => b.start - a.start)
    .reduce((made, one) => made.slice(0, one.start) + one.text + made.slice(one.end), text);

/** Words and signs that differ. */
function wordsApart(one: string, other: string): number {
  const words = (text: string): string[] => text.match(/[\p{L}\p{N}_$]+|[^\s]/gu) ?? [];
  return new LineDiff(words(one), words(other))
    .compare()
    .reduce(
      (sum, { oldStart, oldEnd, newStart, newEnd }) => sum + oldEnd - oldStart + newEnd - newStart,
      0,
    );
}

async function acceptedCandidate(
  request: OrchestrateRequest,
  context: SpeculationContext,
): Promise<EditCandidate> {
  const { candidate, accepted } = await bestCandidate(request, context);
  if (candidate && accepted) return candidate;
  throw new RedraftError("ambiguous", "no candidate is certain");
}

const secondsSince = (since: number): number => (performance.now() - since) / 1000;

async function speculationOver(texts: ReadonlyMap<string, string>): Promise<SpeculationContext> {
  const files: RepositoryFiles = {
    list: async () => [...texts.keys()].sort(),
    stamp: (path) => (texts.has(path) ? "1" : undefined),
    async read(path) {
      const text = texts.get(path);
      return text === undefined ? undefined : { text, hash: text };
    },
  };
  const index = createRepositoryIndex(files, parserFor);
  await index.update();
  return { index, parserFor, names: () => nameViewOf(index, parserFor) };
}

async function bestCandidate(
  request: OrchestrateRequest,
  context: SpeculationContext,
): Promise<{ readonly candidate: EditCandidate | undefined; readonly accepted: boolean }> {
  for await (const event of orchestrate(request, context)) {
    if (event.type !== "result") continue;
    const [best] = event.judged;
    return { candidate: best?.candidate, accepted: best?.accepted ?? false };
  }
  return { candidate: undefined, accepted: false };
}

const differences = {
  kept: "is renamed, and the commit keeps it",
  missed: "is not renamed, and the commit renames it",
  lines: "begins a file with other lines",
};

/** Of a commit that renames several symbols of one name, the next one: at a place that is still to be renamed. */
function nextRename(
  { judge, request, texts }: RepositoryCase,
  made: ReadonlyMap<string, string>,
  candidates: readonly EditCandidate[],
): OrchestrateRequest | undefined {
  if (judge.kind !== "rename" || !request.rename) return undefined;
  const files = filesThatDiffer(texts, made);
  const wrong = differenceFrom(judge, files, candidates, texts);
  if (wrong?.kind !== "missed") return undefined;
  const last = candidates.at(-1)?.files.length ?? 0;
  const { path, line } = wrong;
  return last > 0 ? { rename: { ...request.rename, at: { path, line } } } : undefined;
}

function filesThatDiffer(
  texts: ReadonlyMap<string, string>,
  made: ReadonlyMap<string, string>,
): readonly CandidateFile[] {
  return [...made].flatMap(([path, after]) => {
    const before = texts.get(path)!;
    return before === after ? [] : [{ path, before, after }];
  });
}

function differenceFrom(
  judge: Extract<CaseJudgement, { kind: "rename" }>,
  files: readonly CandidateFile[],
  candidates: readonly EditCandidate[],
  texts: ReadonlyMap<string, string>,
): RenameDifference | undefined {
  const mentions = candidates.flatMap(
    ({ details }) => (details as Pick<RenamePlan, "mentions">).mentions,
  );
  const made = new Map(files.map(({ path, after }) => [path, after]));
  const commit = new Map(judge.files.map(({ path, after }) => [path, after]));
  for (const path of new Set([...made.keys(), ...commit.keys()])) {
    const before = texts.get(path) ?? "";
    const left = mentions.filter((one) => one.path === path).map(({ line }) => line);
    const file = {
      path,
      before,
      made: made.get(path) ?? before,
      after: commit.get(path) ?? before,
      left: new Set(left),
    };
    const wrong = wrongRename(file, judge.rename);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

/** How an edit differs from what is right; undefined where it does not. */
async function wrongIn(
  files: readonly CandidateFile[],
  candidates: readonly EditCandidate[],
  judge: CaseJudgement,
  texts: ReadonlyMap<string, string>,
): Promise<string | undefined> {
  if (judge.kind === "rename") {
    const wrong = differenceFrom(judge, files, candidates, texts);
    return wrong && `${wrong.path}:${wrong.line} ${differences[wrong.kind]}`;
  }
  if (judge.kind === "signature") {
    const made = new Map(files.map(({ path, after }) => [path, after]));
    const commit = new Map(judge.files.map(({ path, after }) => [path, after]));
    for (const path of new Set([...made.keys(), ...commit.keys()])) {
      const before = texts.get(path) ?? "";
      const [own, after] = [made.get(path) ?? before, commit.get(path) ?? before];
      const wrong = await wrongSignature({ path, before, made: own, after }, judge.change);
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  }
  if (judge.kind === "extract" || judge.kind === "loop") {
    const [only] = files;
    if (!only || files.length > 1) return "other files are changed, too";
    return judge.kind === "extract"
      ? wrongExtract(judge.extract, only.after)
      : wrongLoop(judge.loop, only.after);
  }
  if (judge.kind === "commit") {
    const made = new Map(files.map(({ path, after }) => [path, after]));
    for (const { path, after } of judge.files) {
      const text = made.get(path) ?? texts.get(path) ?? "";
      if (bareText(text) !== bareText(after)) return `${path} is not as the commit has it`;
      made.delete(path);
    }
    const [other] = [...made.keys()].filter((path) => nameLanguageOf(path) !== undefined);
    return other === undefined ? undefined : `${other} was changed, too`;
  }
  if (judge.kind === "moved") return wrongMove(files, judge.files);
  for (const { path, after } of files) {
    const tree = (await parserFor(path))?.parse(after);
    const isBroken = tree?.rootNode.hasError ?? true;
    tree?.delete();
    if (isBroken) return `${path} does not parse`;
  }
  if (judge.kind === "parses") return undefined;
  const changed = new Map([...texts, ...files.map(({ path, after }) => [path, after] as const)]);
  const back = await bestCandidate(judge.request, await speculationOver(changed)).catch(
    (error: unknown) => (error as Error).message.split("\n")[0]!,
  );
  if (typeof back === "string") return `it cannot be taken back: ${back}`;
  const restored = new Map(back.candidate?.files.map(({ path, after }) => [path, after]));
  const strange = files.find(({ path, before }) => restored.get(path) !== before);
  return strange && `${strange.path} is not restored by the change back`;
}

const bareText = (text: string): string => text.replaceAll(/\s+/gu, "");
