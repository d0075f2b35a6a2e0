import { readFileSync } from "node:fs";
import { RedraftError } from "../../core/errors.ts";
import { fixedDrafts, noDrafts } from "./draft-policy.ts";
import { leastLoaded } from "./router.ts";
import { simulateFleet } from "./simulate.ts";
import type { LinearCost } from "./step-cost.ts";
import type { DraftedPass, EditWork } from "./work.ts";

/** What `scripts/real-engines/fleet_check.py` writes. */
export interface EngineCheck {
  readonly engine: string;
  /** Fitted to steps of other requests than those below. */
  readonly cost: Omit<LinearCost, "kind">;
  readonly requests: readonly {
    readonly id: string;
    readonly prompt: number;
    readonly passes: readonly DraftedPass[];
  }[];
  /** Seconds in which all requests were answered, so many at once. */
  readonly measured: readonly {
    readonly drafts: boolean;
    readonly clients: number;
    readonly seconds: number;
    readonly steps: number;
  }[];
}

export function readCheck(path: string): EngineCheck {
  let read: Partial<EngineCheck>;
  try {
    read = JSON.parse(readFileSync(path, "utf8")) as Partial<EngineCheck>;
  } catch (cause) {
    const { message } = cause as Error;
    throw new RedraftError("file-error", `cannot read --check ${path}: ${message}`, { cause });
  }
  if (!Array.isArray(read.requests) || !Array.isArray(read.measured) || read.cost === undefined) {
    throw new RedraftError("usage", `${path} was not written by fleet_check.py`);
  }
  return read as EngineCheck;
}

/** Predicted and measured times of an engine that answers the same requests, so many at once. */
export function checkRows({
  cost,
  requests,
  measured,
}: EngineCheck): Readonly<Record<string, string | number>>[] {
  const work: EditWork[] = requests.map(({ id, prompt, passes }) => ({
    id,
    prompt,
    key: id,
    shared: 0,
    output: passes.reduce((sum, { written }) => sum + written, 0),
    passes,
  }));
  return measured.map(({ drafts, clients, seconds, steps }) => {
    const predicted = simulateFleet(work, {
      replicas: 1,
      replica: {
        cost: { kind: "linear", ...cost },
        policy: drafts ? fixedDrafts(127) : noDrafts,
        mostRequests: clients,
        stepTokens: 4096,
        prefixes: 0,
      },
      router: leastLoaded,
      arrivals: { kind: "closed", clients },
      edits: work.length,
      seed: 1,
      inOrder: true,
    });
    return {
      drafts: drafts ? "prediction" : "plain",
      "at once": clients,
      "steps, measured": steps,
      "steps, predicted": predicted.steps,
      "seconds, measured": Number(seconds.toFixed(2)),
      "seconds, predicted": Number(predicted.seconds.toFixed(2)),
      "error %": Number((100 * (predicted.seconds / seconds - 1)).toFixed(1)),
    };
  });
}
