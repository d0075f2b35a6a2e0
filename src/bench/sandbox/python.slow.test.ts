import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runPython } from "./python.ts";

const hasPython =
  process.platform !== "win32" && spawnSync("python3", ["-c", "import socket"]).status === 0;

describe.skipIf(!hasPython)("runPython", () => {
  it("says whether a program ends well, and why not", async () => {
    expect(await runPython("assert 1 + 1 == 2")).toEqual({ ok: true, errors: "" });
    const failed = await runPython("assert 1 + 1 == 3, 'sum'");
    expect(failed).toMatchObject({ ok: false, why: "failed" });
    expect(failed.errors).toContain("AssertionError: sum");
    expect(await runPython("import sys; sys.exit(0)\nassert False")).toMatchObject({ ok: false });
  });

  it("ends a program that takes too long, and what it started", async () => {
    const program =
      "import subprocess, sys, time\nsubprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\ntime.sleep(60)";
    const start = performance.now();
    expect(await runPython(program, { seconds: 1 })).toMatchObject({ ok: false, why: "time" });
    expect(performance.now() - start).toBeLessThan(20_000);
  });

  it("limits memory", async () => {
    const run = await runPython("x = bytearray(900 << 20)", { megabytes: 512 });
    expect(run).toMatchObject({ ok: false, why: "failed" });
    expect(run.errors).toContain("MemoryError");
  });

  it("has no network", async () => {
    const program =
      "import socket\ns = socket.socket()\ns.settimeout(2)\ntry:\n  s.connect(('127.0.0.1', 9))\nexcept OSError as e:\n  print(e)\nelse:\n  raise SystemExit(3)\nimport urllib.request\ntry:\n  urllib.request.urlopen('http://192.0.2.1', timeout=2)\nexcept OSError:\n  pass\nelse:\n  raise SystemExit(4)";
    expect(await runPython(program)).toMatchObject({ ok: true });
  });

  it("passes no environment on, and removes its folder", async () => {
    process.env.REDRAFT_SECRET = "1";
    const program =
      "import os, sys\nassert 'REDRAFT_SECRET' not in os.environ\nopen('a.txt', 'w').write('x')\nsys.stderr.write(os.getcwd())\nsys.exit(1)";
    const run = await runPython(program);
    delete process.env.REDRAFT_SECRET;
    expect(run.errors).toContain("redraft-sandbox-");
    expect(existsSync(join(run.errors.trim(), "a.txt"))).toBe(false);
  });

  it("says that Python does not start", async () => {
    const run = runPython("1", { python: "/nowhere/python3" });
    await expect(run).rejects.toMatchObject({ code: "usage" });
  });
});
