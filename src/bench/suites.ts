import type { Command } from "commander";

/** A suite is a command of its own: its options, `--json` among them, are its business. */
export interface SuiteEntry {
  readonly name: string;
  /** One line for `redraft bench --help`. */
  readonly summary: string;
  load(): Promise<Command>;
}

/** A new suite is a file that exports its `Command`, and a line here. */
export const suites: readonly SuiteEntry[] = [
  {
    name: "apply",
    summary: "real edits in the styles of language models, without a model: exact, wrong, refused",
    load: async () => (await import("./apply/apply.ts")).applyCommand(),
  },
  {
    name: "field",
    summary: "edits as tools and models sent them: right, refused, wrong",
    load: async () => (await import("./apply/field.ts")).fieldCommand(),
  },
  {
    name: "data",
    summary: "the data of `bench apply`, rebuilt from the histories of public repositories",
    load: async () => (await import("./data/data.ts")).dataCommand(),
  },
  {
    name: "calibrate",
    summary: "the cost of a forward pass over 1, 2, 4, ... tokens on this machine",
    load: async () => (await import("./calibrate.ts")).calibrateCommand(),
  },
  {
    name: "evaluate",
    summary: "how often models write the right region and rank the right candidate first",
    load: async () => (await import("./evaluate/evaluate.ts")).evaluateCommand(),
  },
  {
    name: "traces",
    summary: "recorded edits replayed by every strategy: forward passes, modelled time",
    load: async () => (await import("./traces.ts")).tracesCommand(),
  },
  {
    name: "decode",
    summary: "strategies on real weights: identity, speed, efficiency, worst case",
    load: async () => (await import("./decode.ts")).decodeCommand(),
  },
  {
    name: "kv",
    summary: "edits of the KV cache beside full evaluation: tokens saved, next token, next line",
    load: async () => (await import("./kv/kv.ts")).kvCommand(),
  },
  {
    name: "orchestrate",
    summary: "edits by specialists on the histories of repositories, beside decoding",
    load: async () => (await import("./orchestrate/orchestrate.ts")).orchestrateCommand(),
  },
  {
    name: "efficientedit",
    summary: "the tables and figures of the EfficientEdit paper: speed, Pass@1, ablations",
    load: async () => (await import("./efficientedit.ts")).efficientEditCommand(),
  },
  {
    name: "drafts",
    summary: "draft models under every acceptance rule, on held-out regions",
    load: async () => (await import("./evaluate/drafts.ts")).draftsCommand(),
  },
  {
    name: "cascade",
    summary:
      "ways of asking a model for an edit: right, tokens, seconds, refusals; or recorded sketches in its place",
    load: async () => (await import("./cascade.ts")).cascadeCommand(),
  },
  {
    name: "fleet",
    summary: "a simulated fleet of engines: edits per second, latency, cost, when to stop drafting",
    load: async () => (await import("./fleet/fleet.ts")).fleetCommand(),
  },
];
