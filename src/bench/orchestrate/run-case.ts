import { RedraftError } from "../../core/errors.ts";
import type { RepositoryFiles } from "../../core/repository.ts";
import { nameLanguageOf } from "../../orchestrate/index/languages.ts";
import { createRepositoryIndex } from "../../orchestrate/index/repository-index.ts";
import { nameViewOf } from "../../orchestrate/names/view.ts";
import { orchestrate } from "../../orchestrate/orchestrate.ts";
import type { RenamePlan } from "../../orchestrate/rename/rename.ts";
import type {
  CandidateFile,
  EditCandidate,
  OrchestrateRequest,
  SpeculationContext,
} from "../../orchestrate/speculator.ts";
import { createRedraft } from "../../redraft/create-redraft.ts";
import { parserFor } from "../../workspace/syntax.ts";
import type { CaseJudgement, RepositoryCase } from "./cases.ts";
import { wrongRename } from "./rename-commits.ts";

/** What became of one case. */
export interface CaseOutcome {
  readonly id: string;
  readonly type: string;
  readonly recognised: boolean;
  readonly proposed: boolean;
  readonly accepted: boolean;
  readonly right: boolean;
  /** Why it was refused, or how it is wrong. */
  readonly why?: string;
  readonly files: readonly CandidateFile[];
  /** Seconds from the request to the verified edit, with an index that is up to date. */
  readonly seconds: number;
  /** Seconds that the index of the whole repository takes from nothing. */
  readonly indexSeconds: number;
}

const redraft = createRedraft();

/** Asks the orchestrator, has the merge prove each file, and judges the result; nothing is written. */
export async function runCase(one: RepositoryCase): Promise<CaseOutcome> {
  const start = performance.now();
  const context = await speculationOver(one.texts);
  const indexSeconds = secondsSince(start);
  const asked = performance.now();
  const none = {
    id: one.id,
    type: one.type,
    recognised: true,
    right: false,
    files: [],
    indexSeconds,
  };
  try {
    const { candidate, accepted } = await bestCandidate(one.request, context);
    if (!candidate || !accepted) {
      const why = "no candidate is certain";
      return {
        ...none,
        proposed: candidate !== undefined,
        accepted,
        seconds: secondsSince(asked),
        why,
      };
    }
    for (const { path, before, after } of candidate.files) {
      const { text } = await redraft.apply({ path, source: before, edit: after, format: "whole" });
      if (text !== after) throw new RedraftError("check-failed", `${path}: another text`);
    }
    const spent = secondsSince(asked);
    const wrong = await wrongIn(candidate, one.judge, one.texts);
    return {
      ...none,
      proposed: true,
      accepted: true,
      right: wrong === undefined,
      ...(wrong !== undefined && { why: wrong }),
      files: candidate.files,
      seconds: spent,
    };
  } catch (error) {
    if (!RedraftError.is(error)) throw error;
    const recognised = error.code !== "usage" || !error.message.startsWith("no specialist");
    // A list of places that are unsure is an answer that a person can settle, and no edit.
    const [why] = error.message.split("\n");
    return {
      ...none,
      recognised,
      proposed: false,
      accepted: false,
      seconds: secondsSince(asked),
      why: why!,
    };
  }
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

/** How an edit differs from what is right; undefined where it does not. */
async function wrongIn(
  { files, details }: EditCandidate,
  judge: CaseJudgement,
  texts: ReadonlyMap<string, string>,
): Promise<string | undefined> {
  if (judge.kind === "rename") {
    const { mentions } = details as Pick<RenamePlan, "mentions">;
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
