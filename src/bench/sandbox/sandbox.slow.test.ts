import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openSandbox, type Sandbox } from "./sandbox.ts";

const opened = await openSandbox();
const sandbox = opened as Sandbox;

describe("openSandbox", () => {
  it("says what is missing where there is no Python", async () => {
    const none = await openSandbox(join(tmpdir(), "no-such-python"));
    expect(none).toMatchObject({ missing: expect.stringMatching(/no-such-python.*--python/) });
  });
});

describe.skipIf("missing" in opened)("a program in the sandbox", () => {
  it("passes at its last line, and fails with its exception", async () => {
    expect(await sandbox.run("assert 1 + 1 == 2")).toMatchObject({ outcome: "passed" });
    expect(await sandbox.run("assert 1 + 1 == 3, 'not three'")).toEqual({
      outcome: "failed",
      message: "AssertionError: not three",
    });
  });

  it("does not pass by leaving early", async () => {
    const leaving = ["import sys; sys.exit(0)", "import os; os._exit(0)", "raise SystemExit"];
    for (const program of leaving) {
      expect(await sandbox.run(`${program}\nassert False`)).toMatchObject({ outcome: "failed" });
    }
  });

  it("reaches no network, not even this machine's", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as { port: number };
    const program = `import socket\nsocket.create_connection(("127.0.0.1", ${port}), 2)`;
    const { outcome, message } = await sandbox.run(program);
    server.close();
    expect(outcome).toBe("failed");
    expect(message).toMatch(/refused|unreachable/);
  });

  it("writes into its own folder only, and leaves nothing", async () => {
    const outside = join(tmpdir(), `redraft-outside-${process.pid}`);
    const { outcome, message } = await sandbox.run(`open(${JSON.stringify(outside)}, "w")`);
    expect(outcome).toBe("failed");
    expect(message).toMatch(/Read-only file system/);
    expect(existsSync(outside)).toBe(false);
    expect(await sandbox.run('open("own", "w").write("x")')).toMatchObject({ outcome: "passed" });
  });

  it("has no environment of ours", async () => {
    process.env.REDRAFT_SECRET = "secret";
    const program = 'import os\nassert "REDRAFT_SECRET" not in os.environ';
    const { outcome } = await sandbox.run(program);
    delete process.env.REDRAFT_SECRET;
    expect(outcome).toBe("passed");
  });

  it("has its limits of time and memory", async () => {
    const started = performance.now();
    const endless = await sandbox.run("import time\nwhile True: time.sleep(1)", { ms: 1500 });
    expect(endless.outcome).toBe("timed-out");
    expect(performance.now() - started).toBeLessThan(8000);
    const busy = await sandbox.run("while True: pass", { seconds: 1 });
    expect(busy.outcome).toBe("timed-out");
    const large = await sandbox.run("x = bytearray(600 << 20)", { memory: 512 });
    expect(large).toEqual({ outcome: "failed", message: "MemoryError" });
    const full = await sandbox.run('open("big", "wb").write(b"x" * (3 << 20))', { folder: 2 });
    expect(full.message).toMatch(/No space left/);
  });
});
