import { describe, expect, it } from "vitest";
import { unquotedPath } from "./git-paths.ts";

describe("unquotedPath", () => {
  it("reads what git writes for special characters", () => {
    expect(unquotedPath('"a/\\303\\251.js"')).toBe("a/é.js");
    expect(unquotedPath('"tab\\there, bell\\a, quote\\", \\\\"')).toBe(
      'tab\there, bell\x07, quote", \\',
    );
  });

  it("leaves a path without quotes as it is", () => {
    expect(unquotedPath("a\\303.js")).toBe("a\\303.js");
  });
});
