import { posix } from "node:path";
import type { Node } from "web-tree-sitter";
import { type FileImports, type MovedPaths, moveRefusal } from "./moved-paths.ts";
import { dottedName, type ModuleOfFile, newModuleName, pythonModule } from "./python-modules.ts";

/** What a move changes in a file of Python. */
export async function movedPythonImports(
  path: string,
  text: string,
  root: Node,
  paths: MovedPaths,
  textOf: (path: string) => Promise<string | undefined>,
): Promise<FileImports> {
  const found: FileImports = { changes: [], unsure: [] };
  const at = { path, own: paths.newPath(path), text, root, paths };
  for (const node of root.descendantsOfType("import_statement")) {
    if (node) importNames(node, at, found);
  }
  for (const node of root.descendantsOfType("import_from_statement")) {
    if (node) await importFrom(node, at, found, textOf);
  }
  for (const node of root.descendantsOfType("string_content")) {
    if (node) dottedString(node, at, found);
  }
  for (const node of root.descendantsOfType("call")) {
    const callee = node?.childForFieldName("function")?.text ?? "";
    const first = node?.childForFieldName("arguments")?.namedChildren[0];
    const isComputed =
      /(?:^|\.)(?:import_module|__import__)$/u.test(callee) && first?.type !== "string";
    if (isComputed && paths.newPath(path) !== path)
      found.unsure.push({
        start: node!.startIndex,
        why: "an import that is computed, in a file that moves",
      });
  }
  return found;
}

interface PythonFile {
  readonly path: string;
  /** After the move. */
  readonly own: string;
  readonly text: string;
  readonly root: Node;
  readonly paths: MovedPaths;
}

const lineOfImport = (node: Node): number => node.startPosition.row + 1;

/** `import a.b` and `import a.b as c`. */
function importNames(statement: Node, file: PythonFile, found: FileImports): void {
  for (const one of statement.childrenForFieldName("name")) {
    const name = one?.type === "aliased_import" ? one.childForFieldName("name") : one;
    if (!name) continue;
    const written = dottedName(name.text);
    const target = moduleTarget(written, file, name);
    const next = target && newModuleName(target, file, lineOfImport(name));
    if (next === undefined || next === written) continue;
    const { startIndex: start, endIndex: end } = name;
    if (one?.type === "aliased_import") found.changes.push({ start, end, text: next });
    else if (!written.includes("."))
      found.changes.push({ start, end, text: `${next} as ${written}` });
    else {
      found.changes.push({ start, end, text: next });
      useNewName(written, next, file, found);
    }
  }
}

/** Writes `c.d.f` for `a.b.f` where `import a.b` becomes `import c.d`. */
function useNewName(
  from: string,
  to: string,
  { path, root }: PythonFile,
  found: FileImports,
): void {
  const [old, now] = [from.split(".")[0]!, to.split(".")[0]!];
  const changed: Node[] = [];
  for (const node of root.descendantsOfType("attribute")) {
    if (!node || dottedName(node.text) !== from) continue;
    const isKnown = found.changes.some(({ start }) => start === node.startIndex);
    if (isKnown) continue;
    changed.push(node);
    found.changes.push({ start: node.startIndex, end: node.endIndex, text: to });
  }
  const free = freeNames(root);
  const isBound = (name: string): boolean =>
    root
      .descendantsOfType("import_statement")
      .some((one) =>
        one
          ?.childrenForFieldName("name")
          .some(
            (two) =>
              two?.type === "dotted_name" &&
              two.text.split(".")[0] === name &&
              dottedName(two.text) !== from,
          ),
      );
  for (const node of free) {
    if (node.text !== old && node.text !== now) continue;
    if (changed.some((one) => one.startIndex === node.startIndex)) continue;
    if (isBound(node.text) && node.parent?.type === "attribute") continue;
    const line = lineOfImport(node);
    throw moveRefusal(
      `${path}:${line} uses \`${node.text}\` in another way than \`${from}\`, so that the import cannot be rewritten for sure.`,
      { path, line },
    );
  }
}

/** Identifiers that are no attribute, no name of an argument and no part of an import. */
function freeNames(root: Node): Node[] {
  return root.descendantsOfType("identifier").flatMap((node) => {
    const by = node?.parent;
    if (!node || !by || by.type === "dotted_name") return [];
    if (by.type === "attribute" && by.childForFieldName("attribute")?.id === node.id) return [];
    if (by.type === "keyword_argument" && by.childForFieldName("name")?.id === node.id) return [];
    return [node];
  });
}

interface ImportGroup {
  readonly module: string;
  readonly names: string[];
}

/** `from a.b import c`: each name may be of another module afterwards, as a module itself may be imported. */
async function importFrom(
  statement: Node,
  file: PythonFile,
  found: FileImports,
  textOf: (path: string) => Promise<string | undefined>,
): Promise<void> {
  const moduleNode = statement.childForFieldName("module_name");
  if (!moduleNode) return;
  const written = dottedName(moduleNode.text);
  const names = statement.childrenForFieldName("name").flatMap((one) => one ?? []);
  const target = moduleTarget(written, file, moduleNode);
  const next = target ? newModuleName(target, file, lineOfImport(statement)) : written;
  const groups = new Map<string, ImportGroup>();
  const changed: { readonly node: Node; readonly text: string }[] = [];
  for (const one of names) {
    const name = one.type === "aliased_import" ? one.childForFieldName("name")! : one;
    const spelled = `${written}${written.endsWith(".") ? "" : "."}${name.text}`;
    const member = moduleTarget(spelled, file, name);
    const isMoved = member?.file !== undefined && file.paths.newPath(member.file) !== member.file;
    let [module, text] = [next, one.text];
    if (isMoved && (await isSubmodule(name, target, textOf))) {
      const [own, last] = moduleAndLast(newModuleName(member, file, lineOfImport(statement)));
      module = own;
      if (last !== name.text) {
        const alias =
          one.type === "aliased_import" ? one.childForFieldName("alias")!.text : name.text;
        text = `${last} as ${alias}`;
      }
    }
    if (text !== one.text) changed.push({ node: one, text });
    groups.set(module, { module, names: [...(groups.get(module)?.names ?? []), text] });
  }
  const [only] = groups.values();
  if (groups.size <= 1) {
    const module = only?.module ?? next;
    const { startIndex: start, endIndex: end } = moduleNode;
    if (module !== written) found.changes.push({ start, end, text: module });
    for (const { node, text } of changed)
      found.changes.push({ start: node.startIndex, end: node.endIndex, text });
    return;
  }
  if (statement.descendantsOfType("comment").length > 0)
    throw moveRefusal(
      `${file.path}:${lineOfImport(statement)} imports names that come from several modules afterwards, with comments between them. Write one import for each first.`,
      { path: file.path, line: lineOfImport(statement) },
    );
  const head = file.text.slice(
    file.text.lastIndexOf("\n", statement.startIndex - 1) + 1,
    statement.startIndex,
  );
  const indent = head.trim() === "" ? head : undefined;
  if (indent === undefined)
    throw moveRefusal(
      `${file.path}:${lineOfImport(statement)} has other code before an import that becomes several.`,
      { path: file.path, line: lineOfImport(statement) },
    );
  const text = [...groups.values()]
    .map((one) => `from ${one.module} import ${one.names.join(", ")}`)
    .join(`\n${indent}`);
  found.changes.push({ start: statement.startIndex, end: statement.endIndex, text });
}

/** `a.b` of `from a import b`. */
function moduleAndLast(name: string): readonly [module: string, last: string] {
  const at = name.lastIndexOf(".");
  const module = name.slice(0, at);
  const isDots = /^\.*$/u.test(module);
  return [at < 0 ? name : isDots ? name.slice(0, at + 1) : module, name.slice(at + 1)];
}

/** Whether a name of a package is its module: the package must not have another thing of the name. */
async function isSubmodule(
  name: Node,
  parent: ModuleOfFile | undefined,
  textOf: (path: string) => Promise<string | undefined>,
): Promise<boolean> {
  const text = parent?.file === undefined ? undefined : await textOf(parent.file);
  if (text === undefined) return true;
  const word = new RegExp(`(?<![\\w.])${name.text}(?!\\w)`, "u");
  const others = text
    .split("\n")
    .filter((line) => word.test(line) && !/^\s*(?:#|from\s+\.\s+import\s)/u.test(line));
  if (others.length === 0) return true;
  throw moveRefusal(
    `\`${name.text}\` may be a module or something that ${parent!.file} has: what \`import ${name.text}\` takes is not known.`,
    { path: parent!.file },
  );
}

function moduleTarget(name: string, file: PythonFile, node: Node): ModuleOfFile | undefined {
  const { path, paths } = file;
  const found = pythonModule(path, name, paths);
  if (found !== "unknown") {
    requireNotHidden(name, found, file, lineOfImport(node));
    return found;
  }
  const last = name.split(".").at(-1);
  const mayMean = paths.moves.some(
    ({ from }) => posix.basename(from).replace(/\.pyi?$/u, "") === last,
  );
  if (!mayMean) return undefined;
  const line = lineOfImport(node);
  throw moveRefusal(`${path}:${line} imports \`${name}\`, and several files may be meant.`, {
    path,
    line,
  });
}

/** A file at its new path must not take the place of what an import means. */
function requireNotHidden(
  name: string,
  found: ModuleOfFile | undefined,
  { path, own, paths }: PythonFile,
  line: number,
): void {
  const now = paths.now.resolve(own, name);
  if (now.kind !== "file" || !paths.moves.some(({ to }) => to === now.path)) return;
  if (found?.file !== undefined) return;
  throw moveRefusal(
    `${path}:${line} imports \`${name}\`, which would lead to ${now.path} afterwards.`,
    { path, line },
  );
}

/** A string such as `"pkg.mod.name"`, which a mock or a configuration may read. */
function dottedString(node: Node, file: PythonFile, found: FileImports): void {
  const { text, startIndex: start } = node;
  if (!/^[\w.]+$/u.test(text) || !text.includes(".")) {
    const to = file.paths.newPath(text);
    if (file.paths.has(text) && to !== text)
      found.unsure.push({
        start,
        why: "a string with its path",
        change: { start, end: node.endIndex, text: to },
      });
    return;
  }
  const parts = text.split(".");
  if (parts.some((one) => one === "")) return;
  for (let count = parts.length; count > 1; count -= 1) {
    const name = parts.slice(0, count).join(".");
    const target = pythonModule(file.path, name, file.paths);
    if (target === undefined || target === "unknown") continue;
    const next = newModuleName(target, file, lineOfImport(node));
    if (next !== name) {
      const change = { start, end: start + name.length, text: next };
      found.unsure.push({ start, why: "a string with its name", change });
    }
    return;
  }
}
