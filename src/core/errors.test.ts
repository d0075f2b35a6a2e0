import { describe, expect, it } from "vitest";
import { errorCodes, exitCodeOf, messageWithCode, RedraftError } from "./errors.ts";

describe("RedraftError", () => {
  it("keeps code, cause and details", () => {
    const cause = new Error("disk");
    const error = new RedraftError("file-error", "cannot read", { cause, details: { path: "a" } });
    expect(error).toMatchObject({
      code: "file-error",
      cause,
      details: { path: "a" },
      retryable: false,
    });
    expect(RedraftError.is(error)).toBe(true);
    expect(RedraftError.is(cause)).toBe(false);
  });

  it("is shown with its code once", () => {
    expect(messageWithCode("no-match", "It is not there.")).toBe("no-match: It is not there.");
    expect(messageWithCode("ambiguous", "Ambiguous: two.")).toBe("ambiguous: two.");
  });

  it("gives every code an exit code between 1 and 4", () => {
    for (const code of errorCodes) expect([1, 2, 3, 4]).toContain(exitCodeOf(code));
    expect(exitCodeOf("usage")).toBe(2);
    expect(exitCodeOf("stale-file")).toBe(3);
    expect(exitCodeOf("no-match")).toBe(1);
    expect(exitCodeOf("engine-failed")).toBe(4);
  });
});
