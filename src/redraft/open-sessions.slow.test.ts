import { afterAll, describe, expect, it } from "vitest";
import { hasEngine } from "../../test/support/native.ts";
import { modelFolder } from "../../test/support/tiny-models.ts";
import { openSessions } from "./open-sessions.ts";

const models = modelFolder();
afterAll(models.remove);

describe.skipIf(!hasEngine)("openSessions", () => {
  it("reads a file, follows a change by names, and answers", async () => {
    const sessions = await openSessions({ model: models.file("tiny"), threads: 1 });
    const lines = Array.from({ length: 12 }, (_, i) => `x${i} = limit * ${i}`).join("\n");
    const session = await sessions.open({
      path: "a.py",
      text: `limit = 3\n${lines}\n`,
      policy: "splice+repair",
      repair: { share: 0.2 },
    });
    expect((await session.ask({ maxTokens: 2 })).cached).toBe(0);
    const report = await session.change({ text: session.text.replace("= 3", "= 40") });
    expect(report).toMatchObject({ policy: "splice+repair", selector: "combined" });
    expect(report.recomputed).toBeGreaterThan(report.added);
    const answer = await session.ask({ maxTokens: 4 });
    expect(answer.tokens.length).toBeGreaterThan(0);
    expect(answer.cached).toBe(session.tokens.length);
    await sessions.dispose();
    await expect(session.next()).rejects.toThrow();
  });
});
