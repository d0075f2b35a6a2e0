import { afterEach, describe, expect, it, vi } from "vitest";
import { whileWaiting } from "./waiting.ts";

afterEach(() => void vi.useRealTimers());

const after = (ms: number) => (): Promise<string> =>
  new Promise((resolve) => setTimeout(() => resolve("done"), ms));

async function shownWhile(ms: number, isTTY: boolean, what?: string): Promise<string> {
  vi.useFakeTimers();
  let shown = "";
  const terminal = { isTTY, columns: 80, write: (text: string) => (shown += text) };
  const done = whileWaiting(what, after(ms), terminal);
  await vi.advanceTimersByTimeAsync(ms);
  expect(await done).toBe("done");
  return shown;
}

describe("whileWaiting", () => {
  it("says after two seconds what is done, and takes it away", async () => {
    const shown = await shownWhile(4000, true, "looking");
    expect(shown).toContain("looking, 2 s");
    expect(shown.endsWith("\r\u001b[K")).toBe(true);
  });

  it("says nothing of short work, in a pipe, and where the work speaks itself", async () => {
    expect(await shownWhile(1500, true, "looking")).toBe("");
    expect(await shownWhile(9000, false, "looking")).toBe("");
    expect(await shownWhile(9000, true)).toBe("");
  });
});
