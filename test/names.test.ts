import { readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import allowed from "./names.json" with { type: "json" };

const root = fileURLToPath(new URL("../src/", import.meta.url));

/** The names that a file defines at top level. */
function namesIn(file: string): Set<string> {
  const names = new Set<string>();
  const text = readFileSync(join(root, file), "utf8");
  for (const statement of ts.createSourceFile(file, text, ts.ScriptTarget.Latest).statements) {
    if (ts.isVariableStatement(statement)) {
      for (const { name } of statement.declarationList.declarations) {
        if (ts.isIdentifier(name)) names.add(name.text);
      }
    } else if (
      (ts.isFunctionDeclaration(statement) ||
        ts.isClassDeclaration(statement) ||
        ts.isInterfaceDeclaration(statement) ||
        ts.isTypeAliasDeclaration(statement)) &&
      statement.name !== undefined
    ) {
      names.add(statement.name.text);
    }
  }
  return names;
}

const places = new Map<string, string[]>();
for (const file of readdirSync(root, { recursive: true, encoding: "utf8" })) {
  if (!file.endsWith(".ts") || /\.test(-d)?\.ts$/.test(file)) continue;
  for (const name of namesIn(file)) {
    places.set(name, [...(places.get(name) ?? []), file.split(sep).join("/")]);
  }
}

/** Every name of `names.json`: a list of names per reason. */
const listed = Object.values(allowed).flat();

describe("names", () => {
  it("are defined once at top level, or listed with a reason", () => {
    const known = new Set(listed);
    const twice = [...places].filter(([name, files]) => files.length > 1 && !known.has(name));
    // Share the definition, or give one of the two a name that says the difference.
    expect(twice.map(([name, files]) => `${name}: ${files.join(", ")}`)).toEqual([]);
  });

  it("are listed once, and only while they are defined twice", () => {
    expect(listed.filter((name) => (places.get(name)?.length ?? 0) < 2)).toEqual([]);
    expect(listed.filter((name, index) => listed.indexOf(name) !== index)).toEqual([]);
  });
});
