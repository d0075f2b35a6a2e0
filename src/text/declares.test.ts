import { describe, expect, it } from "vitest";
import { declares } from "./declares.ts";

describe("declares", () => {
  it.each([
    ["class Red:", "Red"],
    ["  def empty?", "empty?"],
    ["func (s *Store) Get(key string) error {", "Get"],
    ["  private final int count(String a) throws B {", "count"],
    ["  get(path: string) {", "get"],
    ["export const f = async () => {", "f"],
    ["CREATE TABLE orders (", "orders"],
    ["(defn area [r]", "area"],
    ["  build:", "build"],
    ['  "scripts": {', "scripts"],
    ["[tool.ruff]", "tool.ruff"],
    [".menu li {", ".menu li"],
  ])("reads %s", (line, name) => {
    expect(declares(line)).toBe(name);
  });

  it.each([
    "  if (a) {",
    "  } else {",
    "for (;;) {",
    "    return x;",
    "  call(a, b);",
    "case A:",
    "  }",
  ])("takes %s for none", (line) => {
    expect(declares(line)).toBeUndefined();
  });
});
