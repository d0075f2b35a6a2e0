import { expect, it } from "vitest";
import { nameKind } from "./name-kind.ts";

it.each([
  ["src/a.test.TS", "ts"],
  ["C:\\a.b\\c.HTML", "html"],
  ["a.b/Makefile", ""],
  [".bashrc", ""],
  ["x/.clang-format", "yaml"],
  ["a.", ""],
])("%s is %j", (path, kind) => {
  expect(nameKind(path)).toBe(kind);
});
