import { Command } from "commander";
import { type Learning, type LearningStatus, openLearning } from "../redraft/learning.ts";
import { rootFolder } from "./patch.ts";

interface LearnOptions {
  readonly root: string;
  readonly json?: boolean;
}

/** What commands learn of a folder; where it cannot be written, that is said, and the edit stays. */
export function cliLearning(folder: string): Learning {
  return openLearning({
    folder,
    onUnavailable: (why) =>
      void process.stderr.write(`redraft: nothing was learnt from this edit: ${why}\n`),
  });
}

/** `redraft learn`: what is learnt from the edits of a repository. */
export function learnCommand(): Command {
  const learn = new Command("learn")
    .description(
      "Learns from the edits of this repository which specialists and fixes are right here. Off until it is turned on; everything stays on this machine.",
    )
    .addHelpText("after", help);
  const add = (
    name: string,
    description: string,
    act: (learning: Learning) => Promise<void>,
    isDefault = false,
  ): void => {
    learn
      .command(name, { isDefault })
      .description(description)
      .option("--root <folder>", "a folder of the repository", ".")
      .option("--json", "print the status as JSON")
      .action(async (options: LearnOptions) => {
        const learning = cliLearning(await rootFolder(options.root));
        await act(learning);
        const status = await learning.status();
        process.stdout.write(options.json ? `${JSON.stringify(status)}\n` : statusText(status));
      });
  };
  add("status", "what is learnt, and where it is kept (the default)", async () => {}, true);
  add("on", "learn from edits, and use what is learnt", (learning) => learning.turn(true));
  add("off", "neither learn nor use it, and keep what is learnt", (learning) =>
    learning.turn(false),
  );
  add("forget", "delete what is learnt, and turn learning off", (learning) => learning.forget());
  return learn;
}

function statusText({ on, path, types }: LearningStatus): string {
  const lines = [
    `learning is ${on ? "on" : "off"} for this repository`,
    `file: ${path}`,
    "It holds kinds of edits, names of rules and specialists, times, and ids of log entries: no text, name or path of your files.",
  ];
  if (types.length === 0) lines.push("nothing is learnt yet");
  for (const { type, decisions, heldOut, fixed, kept, refused, refusal, arms } of types) {
    lines.push(
      `${type}: ${decisions} edits, ${heldOut} kept aside, the first ${fixed} kept for good; updates: ${kept} kept, ${refused} refused in a row`,
    );
    if (refusal !== undefined) lines.push(`  last refusal: ${refusal}`);
    for (const { name, tried, right, seconds, floor } of arms) {
      const raised = floor === undefined ? "" : `; needs ${Math.round(100 * floor)} % certainty`;
      lines.push(`  ${name}: right ${right} of ${tried}, ${seconds} s each${raised}`);
    }
    if (arms.length === 0) lines.push("  not in use yet: too few edits");
  }
  return `${lines.join("\n")}\n`;
}

const help = `
It changes the order in which specialists are tried, raises the certainty that fixes without --run must have, and says how often sketches of
"redraft edit" are refused. It makes no fix that would not be made without it. An undo counts as: the edit was wrong, and so does a --check that fails. Every update is compared on edits that are kept
aside, and on the first ones, and dropped if anything becomes worse.

Examples:
  redraft learn on
  redraft learn status --json
  redraft learn forget`;
