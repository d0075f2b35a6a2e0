import type { LlamaTarget } from "../../engines/llama/target.ts";
import type { KvPolicy } from "../../session/change-plan.ts";
import { createSessions } from "../../session/sessions.ts";
import { decode } from "../../verify/decode.ts";
import { engineTime } from "./measure.ts";
import { type SourceFile, seededNumbers } from "./sources.ts";

/** Edits in a row on one file, each followed by a request, with a session and without. */
export interface AgentRow {
  readonly suite: "kv-agent";
  readonly model: string;
  readonly policy: KvPolicy | "no session";
  readonly edits: number;
  readonly length: number;
  /** Tokens evaluated up to the first token of each answer, mean over the requests. */
  readonly recomputed: number;
  /** Processor time up to the first token, mean over the requests, in ms. */
  readonly firstTokenMs: number | undefined;
  /** Requests whose first token is that of full evaluation, in percent. */
  readonly top1: number;
}

const agentQuestion = "\n\n// Summary of the last change:";

/** @param lines of the file that is edited; the first file with as many is taken */
export async function runAgent(
  target: LlamaTarget,
  files: readonly SourceFile[],
  { lines, edits }: { readonly lines: number; readonly edits: number },
): Promise<AgentRow[]> {
  const long = files.filter(({ text }) => text.split("\n").length >= lines);
  const file = long.find(({ language }) => language === "typescript") ?? long[0];
  if (file === undefined) return [];
  const rows: AgentRow[] = [];
  let exact: number[] = [];
  for (const policy of ["no session", "full", "splice", "splice+repair", "auto"] as const) {
    const random = seededNumbers(1);
    const sessions = createSessions({ target, decode });
    const open = (text: string) =>
      sessions.open({
        path: file.path,
        text,
        policy: policy === "no session" ? "full" : policy,
      });
    let session = await open(file.text.split("\n").slice(0, lines).join("\n"));
    await session.next();
    const first: number[] = [];
    let recomputed = 0;
    let spent = 0;
    for (let i = 0; i < edits; i++) {
      const list = session.text.split("\n");
      const at = Math.floor(random() * (list.length - 2));
      list.splice(at, Math.floor(3 * random()), `  // step ${i}: checked`, list[at]!);
      const started = engineTime(target) ?? 0;
      if (policy === "no session") {
        await session.close();
        session = await open(list.join("\n"));
        recomputed += session.tokens.length;
      } else recomputed += (await session.change({ text: list.join("\n") })).recomputed;
      first.push((await session.next({ after: agentQuestion })).ids[0]!);
      spent += (engineTime(target) ?? 0) - started;
    }
    if (policy === "no session") exact = first;
    rows.push({
      suite: "kv-agent",
      model: target.name,
      policy,
      edits,
      length: session.tokens.length,
      recomputed: Math.round(recomputed / edits),
      firstTokenMs: engineTime(target) === undefined ? undefined : Math.round(spent / edits),
      top1: Math.round((100 * first.filter((token, i) => token === exact[i]).length) / edits),
    });
    await sessions.dispose();
  }
  return rows;
}
