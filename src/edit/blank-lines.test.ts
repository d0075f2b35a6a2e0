import { describe, expect, it } from "vitest";
import { fitBlankLines } from "./blank-lines.ts";

const source = ["fn a() {", "}", "", "fn b() {", "}", "", "", "fn c() {", "}"];
const fitted = (search: string[], replace: string[]): { search: string[]; replace: string[] } => {
  const sides = fitBlankLines({ search, replace }, source);
  return { search: [...sides.search], replace: [...sides.replace] };
};

describe("blank lines of a block", () => {
  it("are the file's where both sides have the same number", () => {
    expect(fitted(["}", "", "", "fn b() {"], ["}", "", "", "fn bb() {"])).toEqual({
      search: ["}", "", "fn b() {"],
      replace: ["}", "", "", "fn bb() {"],
    });
  });

  it("are left to the file where both sides left them out", () => {
    const sides = {
      search: ["fn b() {", "}", "fn c() {"],
      replace: ["fn b(x) {", "}", "fn c() {"],
    };
    expect(fitted(sides.search, sides.replace)).toEqual(sides);
  });

  it("are the file's where only the old side left them out", () => {
    expect(fitted(["}", "fn b() {"], ["}", "", "fn n() {}", "", "fn b() {"])).toEqual({
      search: ["}", "", "fn b() {"],
      replace: ["}", "", "fn n() {}", "", "fn b() {"],
    });
  });

  it("are as the new side writes them where it changes them", () => {
    expect(fitted(["}", "", "", "fn b() {"], ["}", "", "fn n() {}", "", "fn b() {"])).toEqual({
      search: ["}", "", "fn b() {"],
      replace: ["}", "", "fn n() {}", "", "fn b() {"],
    });
  });

  it("go at the edges where the file has none", () => {
    expect(fitted(["", "fn a() {", "}", "", ""], ["", "fn z() {", "}", "", ""])).toEqual({
      search: ["fn a() {", "}", ""],
      replace: ["fn z() {", "}", ""],
    });
  });

  it("stay as written where the lines stand nowhere, or at several places", () => {
    const nowhere = { search: ["fn x() {", "", "}"], replace: ["fn y() {"] };
    expect(fitted(nowhere.search, nowhere.replace)).toEqual(nowhere);
    const twice = fitBlankLines({ search: ["a", "", "b"], replace: ["c"] }, ["a", "b", "a", "b"]);
    expect(twice.search).toEqual(["a", "", "b"]);
  });
});
