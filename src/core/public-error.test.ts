import { describe, expect, it } from "vitest";
import { RedraftError } from "./errors.ts";
import { publicError } from "./public-error.ts";

describe("what a client is told", () => {
  it.each([
    "the engine process of /home/a b/model.gguf ended with exit code 1",
    'cannot load "/srv/x.gguf"',
    "llama.cpp says: error loading model: /x",
    "cannot read C:\\models\\x.gguf",
    "cannot read \\\\host\\share\\x",
    "the server at http://10.0.0.7:8000 does not answer",
    "no file (~/models/x)",
  ])("nothing of %s", (message) => {
    for (const code of ["engine-failed", "model-unavailable"] as const) {
      const shown = publicError(new RedraftError(code, message, { details: { at: message } }));
      expect(shown.message).toMatch(/log has the cause/);
      expect(shown.details).toEqual({});
    }
  });

  it.each(["this sequence was closed", "The edit exceeded its memory limit.", "read/write"])(
    "all of %s",
    (message) => {
      const details = { exitCode: 1, log: "/secret", nested: { path: "/secret" } };
      const shown = publicError(new RedraftError("engine-failed", message, { details }));
      expect(shown).toEqual({ message, details: { exitCode: 1 } });
    },
  );

  it("a refusal as it is: its paths are the client's own", () => {
    const error = new RedraftError("no-match", "/a is not there", { details: { path: "/a" } });
    expect(publicError(error)).toEqual({ message: error.message, details: error.details });
  });
});
