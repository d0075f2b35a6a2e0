import { spawn } from "node:child_process";
import { describe, expect, it } from "vitest";
import { outputOf } from "./instruct.ts";

const node = (script: string) =>
  spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "pipe"] });

describe("outputOf", () => {
  it("passes text on while it is printed, and ends the program when it is cancelled", async () => {
    const child = node("console.log('begun'); setTimeout(() => {}, 60_000)");
    let cancel = (): void => {};
    const begun: string[] = [];
    const outcome = outputOf(child, {
      onText(text) {
        begun.push(text);
        cancel();
      },
      onCancel: (stop) => {
        cancel = stop;
      },
    });
    expect(await outcome).toEqual({ status: "cancelled" });
    expect(begun).toEqual(["begun\n"]);
    expect(child.signalCode).toBe("SIGTERM");
  });

  it("has what a program that fails says on standard error", async () => {
    const child = node("console.error('no model'); process.exitCode = 4");
    const options = { onText() {}, onCancel() {} };
    expect(await outputOf(child, options)).toEqual({ status: "failed", message: "no model" });
  });

  it("says that a program cannot be started", async () => {
    const child = spawn("/nowhere/redraft", [], { stdio: ["ignore", "pipe", "pipe"] });
    const outcome = await outputOf(child, { onText() {}, onCancel() {} });
    expect(outcome).toMatchObject({ status: "failed" });
  });
});
