import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { sha256 } from "../sha256.ts";

/** Names a process for as long as the machine runs: its number, when it was started, and the machine. */
export interface ProcessName {
  readonly pid: number;
  /** In ticks since the machine started; 0 where the system does not say. */
  readonly start: number;
  readonly host: string;
}

const host = sha256(hostname()).slice(0, 8);

export function thisProcess(): ProcessName {
  return { pid: process.pid, start: startTicks(process.pid), host };
}

/** Whether a process of this machine is still there. Of another machine's, nothing is known: undefined. */
export function isRunning({ pid, start, host: where }: ProcessName): boolean | undefined {
  if (where !== host) return undefined;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  // A number is given again to later processes, which were started at another time.
  const now = startTicks(pid);
  return start === 0 || now === 0 || now === start;
}

function startTicks(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]) || 0;
  } catch {
    return 0;
  }
}
