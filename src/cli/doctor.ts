import { Command } from "commander";
import { examinations } from "./doctor/examinations.ts";
import type { Finding } from "./doctor/finding.ts";
import { whileWaiting } from "./waiting.ts";

/** `redraft doctor`: what of the installation works, and the cure for what does not. */
export function doctorCommand(): Command {
  return new Command("doctor")
    .description(
      "Checks the installation: versions, configuration, engine, models, grammars, locks, journal. Changes nothing.",
    )
    .option("--json", "print JSON")
    .addHelpText("after", help)
    .action(async ({ json }: { readonly json?: boolean }) => {
      const findings = await whileWaiting("looking", examineAll);
      if (json) process.stdout.write(`${JSON.stringify({ ok: isSound(findings), findings })}\n`);
      else process.stdout.write(findings.map(findingLines).join(""));
      if (!isSound(findings)) process.exitCode = 1;
    });
}

const isSound = (findings: readonly Finding[]): boolean =>
  findings.every(({ status }) => status !== "fail");

async function examineAll(): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const [name, examine] of Object.entries(examinations)) {
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
