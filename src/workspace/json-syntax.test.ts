import { describe, expect, it } from "vitest";
import { jsonError, looseJsonError } from "./json-syntax.ts";

describe("JSON", () => {
  it("is sound, or wrong at a line", () => {
    expect(jsonError('{"a": [1, -2.5e3, true, null, {"b": "\\u00e9\\n"}]}')).toBeUndefined();
    expect(jsonError('{\n  "a": 1,\n}\n')).toBe(2);
    expect(jsonError('{\n  "a": 1\n  "b": 2\n}\n')).toBe(2);
    expect(jsonError('{\n  "a": [1, 2\n}\n')).toBe(2);
    expect(jsonError("")).toBe(0);
    expect(jsonError('{"a": 1}\n{"b": 2}\n')).toBe(1);
  });

  it("may have comments and trailing commas for those who read it so", () => {
    expect(looseJsonError('// a\n{\n  "a": 1, /* b */\n  "c": [1, 2,],\n}\n')).toBeUndefined();
    expect(looseJsonError('{\n  "a": 1,,\n}\n')).toBe(1);
    expect(looseJsonError('{\n  "a": \n}\n')).toBe(2);
    expect(looseJsonError("")).toBeUndefined();
  });

  it("takes any depth", () => {
    const deep = "[".repeat(100_000) + "]".repeat(100_000);
    expect(looseJsonError(deep)).toBeUndefined();
    expect(looseJsonError(`${deep}]`)).toBe(0);
  });
});
