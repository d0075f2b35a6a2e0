import type { Node } from "web-tree-sitter";
import { nameLanguageOf } from "../../orchestrate/index/languages.ts";
import { parserFor } from "../../workspace/syntax.ts";
import type { RandomBelow, RepositoryCase } from "./cases.ts";
import { codeFilesOf } from "./history.ts";

/** Cases that are made of a commit's files: statements to extract, functions to give a parameter. */
export async function madeCases(
  clone: string,
  name: string,
  type: "made-extract" | "made-signature",
  wanted: number,
  random: RandomBelow,
): Promise<RepositoryCase[]> {
  const texts = await codeFilesOf(clone, "HEAD");
  const paths = [...texts.keys()].filter((path) => nameLanguageOf(path) && !/\.d\.ts$/u.test(path));
  const found: RepositoryCase[] = [];
  for (let tries = 0; found.length < wanted && tries < 40 * wanted; tries += 1) {
    const path = paths[random(paths.length)]!;
    const tree = (await parserFor(path))?.parse(texts.get(path)!);
    if (!tree || tree.rootNode.hasError) continue;
    const made =
      type === "made-extract"
        ? madeExtract(tree.rootNode, path, random)
        : madeSignature(tree.rootNode, path, random);
    tree.delete();
    if (made) found.push({ ...made, id: `${name}:${path}:${tries}`, type, texts });
  }
  return found;
}

type MadeCase = Pick<RepositoryCase, "request" | "instruction" | "judge">;

function madeExtract(root: Node, path: string, random: RandomBelow): MadeCase | undefined {
  if (nameLanguageOf(path) === "go") return undefined;
  const blocks = root.descendantsOfType(["statement_block", "block"]).flatMap((block) => {
    const statements = (block?.namedChildren ?? []).filter((one) => one?.type !== "comment");
    const isBody = /func|method|if_|for_|with_|try_/u.test(block?.parent?.type ?? "");
    return isBody && statements.length > 1 ? [statements] : [];
  });
  const statements = blocks[random(blocks.length)];
  if (!statements) return undefined;
  const first = random(statements.length - 1);
  const last = first + random(Math.min(statements.length - first, 6));
  const from = statements[first]!.startPosition.row + 1;
  const to = statements[last]!.endPosition.row + 1;
  return {
    request: { extract: { path, from, to, name: "extracted_part" } },
    instruction: `Extract lines ${from} to ${to} of ${path} into a function called extracted_part.`,
    judge: { kind: "parses" },
  };
}

const functionNodes = ["function_declaration", "function_definition", "method_definition"];

function madeSignature(root: Node, path: string, random: RandomBelow): MadeCase | undefined {
  const functions = root
    .descendantsOfType([...functionNodes, "method_declaration"])
    .flatMap((one) => {
      const name = one?.childForFieldName("name");
      const list = one?.childForFieldName("parameters");
      return name && list && !/^(?:constructor|__\w+__)$/u.test(name.text) ? [{ name, list }] : [];
    });
  const chosen = functions[random(functions.length)];
  if (!chosen) return undefined;
  const { name, list } = chosen;
  const isPython = nameLanguageOf(path) === "python";
  const written = list.text.slice(1, -1).trim().replace(/,$/u, "");
  const own = isPython ? written.replace(/^(?:self|cls)\s*(?:,\s*|$)/u, "") : written;
  const type = path.endsWith(".go") ? " int" : /\.[cm]?tsx?$/u.test(path) ? ": number" : "";
  const wider = own === "" ? `zz${type}` : `zz${type}, ${own}`;
  const { row, column } = name.startPosition;
  const at = { path, line: row + 1, column: column + 1 };
  return {
    request: { signature: { from: name.text, parameters: wider, values: { zz: "0" }, at } },
    instruction: `Give ${name.text} a first parameter zz, and pass 0 for it at every call.`,
    judge: {
      kind: "undone",
      request: { signature: { from: name.text, parameters: own, at, unsure: "include" } },
    },
  };
}
