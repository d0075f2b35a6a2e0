import { describe, expect, it } from "vitest";
import { killWriters } from "../scripts/soak/kill.ts";
import { writeTogether } from "../scripts/soak/write.ts";

/** Short versions of `npm run soak:kill` and `npm run soak:write`. */
describe("faults", () => {
  it("leaves the old or the new file when a writer is killed", async () => {
    expect(await killWriters(6)).toMatchObject({ kills: 6, broken: 0, leftovers: 0 });
  });

  it("loses no edit of several processes on one file", async () => {
    expect(await writeTogether(4, 8)).toMatchObject({ lost: 0, failed: 0, stale: 0, leftovers: 0 });
  });
});
