import { describe, expect, it } from "vitest";
import { provedText, sketch, text } from "../../test/support/written-edits.ts";
import { merge } from "./merge.ts";

describe("a sketch that was written for another file", () => {
  const source = text(
    "export class Store {",
    "  #items = new Map();",
    "",
    "  get(key) {",
    "    return this.#items.get(key);",
    "  }",
    "}",
  );
  const refusal = (...edit: string[]): string => {
    const outcome = merge(source, sketch(...edit));
    expect(outcome.kind).toBe("refused");
    return outcome.kind === "refused" ? outcome.message : "";
  };

  it("is refused where only braces and blank lines match", () => {
    const lines = ["  }", "", "  post(url, body) {", "    return this.send(url, body);", "  }"];
    expect(refusal("...", ...lines, "...")).toMatch(
      /None of the edit's 2 lines with words can be found/,
    );
  });

  it("is refused where new lines are on both sides of the one that matches", () => {
    const lines = ["  open(path) {", "    this.check(path);", "  get(key) {", "    return 1;"];
    const more = Array.from({ length: 6 }, (_, n) => `    this.step${n}(path);`);
    expect(refusal("...", ...lines, ...more, "...")).toMatch(
      /Only 1 of the edit's \d+ lines with words can be found/,
    );
  });

  it("is taken where it adds to the end of the file, beside the brace there", () => {
    expect(provedText(source, sketch("...", "}", "", "export const store = new Store();"))).toBe(
      `${source}\nexport const store = new Store();\n`,
    );
  });

  it("is taken where its lines resemble those that they replace", () => {
    const line = "    return this.#items.get(key, null);";
    expect(provedText(source, sketch("...", line, "  }", "}"))).toBe(
      source.replace("    return this.#items.get(key);", line),
    );
  });
});

describe("a sketch with a marker and code that quotes nothing", () => {
  const source = text(
    'import { app } from "./app";',
    "",
    "export const limits = { rate: 10 };",
    "",
    'app.get("/users", (c) => {',
    "  return c.json(users);",
    "});",
  );
  const appended = (...code: string[]): string => provedText(source, sketch("...", ...code));
  const refusal = (...code: string[]): string => {
    const outcome = merge(source, sketch("...", ...code));
    expect(outcome.kind).toBe("refused");
    return outcome.kind === "refused" ? outcome.message : "";
  };

  it.each([
    ["function stop() {", "  app.close();", "}"],
    ["export async function* pages(", "  from: number,", ") {", "  yield from;", "}"],
    ["class Limits {", "  rate = 1;", "}"],
    ["static int stop(struct app *app) {", "  return close(app);", "}"],
    ["export const stop = async () => {", "  app.close();", "};"],
    ["@cached", "def stop():", "    app.close()"],
    ["func (a *App) Stop() error {", "  return a.Close()", "}"],
  ])("appends what any file may have more of: %s", (...code) => {
    expect(appended(...code)).toBe(`${source}\n${text(...code)}`);
  });

  it.each([
    ['app.post("/users", (c) => {', "  return c.json(add(c));", "});"],
    ["export const sizes = {", "  small: 1,", "};"],
  ])("appends what begins like a line of the file: %s", (...code) => {
    expect(appended(...code)).toBe(`${source}\n${text(...code)}`);
  });

  it.each([
    ["cleanup(", '  "."', ");"],
    ["$(function() {", "  $(document).ready(start);", "});"],
    ['Deno.test("it works", async () => {', "  await start();", "});"],
    ["settings = {", '  "a": 1,', "}"],
    ["function stop() {", "  app.close();", "}", "", "stop(", "  1,", ");"],
  ])("refuses a statement or a value that is like no line of the file: %s", (...code) => {
    expect(refusal(...code)).toMatch(/none of (?:its|the edit.s \d+) lines/i);
  });

  it("refuses a piece whose only quote is a lone brace or `else`", () => {
    const branches = text("if (a) {", "  one();", "} else {", "  two();", "}");
    const piece = sketch("...", "} else {", "  const dir = here();", "  ensure(dir);", "...");
    const outcome = merge(branches, piece);
    expect(outcome.kind).toBe("refused");
  });
});

describe("a sketch whose cheapest place would move lines into another scope", () => {
  it("is not placed where lines that it quotes would be new", () => {
    const scope = ["function load() {", "", "  if (user) {", "    return route;", "  }", "", "}"];
    const source = text(...scope, "", ...scope, "", "function page() {", "  return 1;", "}");
    const edit = sketch(
      "...",
      ...scope.slice(2, 5),
      "  const more = 1;",
      ...scope.slice(5),
      "",
      ...scope.slice(0, 3),
      "  const page = 2;",
      ...scope.slice(3),
      "",
      "function page() {",
      "...",
    );
    expect(merge(source, edit).kind).toBe("refused");
  });
});

describe("a sketch with as many declarations of one name as the file", () => {
  it("changes one of them, and does not add another", () => {
    const twin = ["function load() {", "", "  if (user) {", "    return route;", "  }", "}"];
    const source = text("const user = 1;", "", ...twin, "", ...twin, "", "start();");
    const changed = ["function load() {", "", "  const name = find(79);", "  use(name);", "}"];
    const edit = sketch("const user = 1;", "", ...changed, "", ...twin.slice(0, 4), "...");
    expect(provedText(source, edit)).toBe(
      text("const user = 1;", "", ...changed, "", ...twin, "", "start();"),
    );
  });
});
