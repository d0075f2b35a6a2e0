import { Command } from "commander";
import { RedraftError } from "../core/errors.ts";
import { engineOf } from "../engines/registry.ts";
import { examinations } from "./doctor/examinations.ts";
import type { Examine, Finding } from "./doctor/finding.ts";
import { examineServer } from "./doctor/model-server.ts";
import { whileWaiting } from "./waiting.ts";

/** `redraft doctor`: what of the installation works, and the cure for what does not. */
export function doctorCommand(): Command {
  return new Command("doctor")
    .description(
      "Checks the installation: versions, configuration, engine, models, model servers, grammars, locks, journal. Changes nothing.",
    )
    .option(
      "--model <url>",
      "look at this model server alone: which engine it is, and how it is asked",
    )
    .option("--json", "print JSON")
    .addHelpText("after", help)
    .action(async ({ json, model }: { readonly json?: boolean; readonly model?: string }) => {
      const parts = model === undefined ? examinations : { "model server": serverAt(model) };
      const findings = await whileWaiting("looking", () => examineAll(parts));
      if (json) process.stdout.write(`${JSON.stringify({ ok: isSound(findings), findings })}\n`);
      else process.stdout.write(findings.map(findingLines).join(""));
      if (!isSound(findings)) process.exitCode = 1;
    });
}

const isSound = (findings: readonly Finding[]): boolean =>
  findings.every(({ status }) => status !== "fail");

/** @throws `usage` where it is no address of a server */
function serverAt(address: string): Examine {
  if (engineOf(address) !== "http") {
    throw new RedraftError("usage", `--model ${address} is not the URL of a model server.`);
  }
  return () => examineServer(address);
}

async function examineAll(parts: Readonly<Record<string, Examine>>): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const [name, examine] of Object.entries(parts)) {
    try {
      for (const finding of await examine()) findings.push({ name, ...finding });
    } catch (error) {
      findings.push({ name, status: "fail", text: (error as Error).message });
    }
  }
  return findings;
}

const findingLines = ({ status, name, text, cure }: Finding): string =>
  `${status.padEnd(4)}  ${name}: ${text}\n${cure === undefined ? "" : `      ${cure}\n`}`;

const help = `
Each line is ok, warn (something optional is missing) or fail, with the cure below it.

Exit codes: 0 nothing fails, 1 something does.`;
