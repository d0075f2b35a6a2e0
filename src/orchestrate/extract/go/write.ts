import type { Node } from "web-tree-sitter";
import { marginAt, stringLines, withOtherMargin } from "../layout.ts";
import { ExtractRefusal } from "../refusal.ts";
import { lineEndOf } from "../write.ts";
import type { GoCrossing, GoCrossings } from "./crossings.ts";
import type { GoFlow } from "./flow.ts";
import { endsGoFunction, type GoSelection } from "./selection.ts";
import type { GoValueTypes } from "./types.ts";

interface GoWriting {
  readonly root: Node;
  readonly text: string;
  readonly name: string;
  readonly selection: GoSelection;
  readonly flow: GoFlow;
  readonly crossings: GoCrossings;
  readonly types: GoValueTypes;
}

/** The new text of the file, and where its new function begins and ends. */
export interface GoWritten {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** By how much what is behind the statements moves, up to the new function. */
  readonly shift: number;
}

/** Writes the call in place of the statements, and the function behind the declaration that holds them. */
export function writeGoExtract(writing: GoWriting): GoWritten {
  const { root, text, name, selection, flow, crossings } = writing;
  const { statements, start, end, anchor } = selection;
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const lineStart = text.lastIndexOf("\n", start - 1) + 1;
  const margin = marginAt(text, statements[0]!.startIndex);
  const lines = text
    .slice(lineStart, end)
    .split("\n")
    .map((line) => line.replace(/\r$/u, ""));
  const row = text.slice(0, lineStart).split("\n").length - 1;
  const moved = withOtherMargin(lines, margin, "\t", row, stringLines(root, lineStart, end));
  const results =
    flow.returns || flow.returnsError
      ? returnTypes(writing)
      : crossings.results.map((one) => one.type);
  const result = flow.bare
    ? ` ${selection.inner.childForFieldName("result")!.text}`
    : results.length > 1
      ? ` (${results.join(", ")})`
      : results.map((one) => ` ${one}`).join("");
  const given = flow.returnsError ? "nil" : crossingNames(crossings.results);
  const returned = flow.returns || results.length === 0 ? [] : [`\treturn ${given}`];
  const header = `func ${name}(${parameterList(crossings.parameters)})${result} {`;
  const whole = [header, ...moved, ...returned, "}"].join(newline);
  const call = callLines(writing, results.length)
    .map((line) => margin + line)
    .join(newline);
  const insertAt = lineEndOf(text, anchor.endIndex);
  const head = text.slice(0, lineStart) + call + text.slice(end, insertAt) + newline.repeat(2);
  return {
    text: head + whole + text.slice(insertAt),
    start: head.length,
    end: head.length + whole.length,
    shift: call.length - (end - lineStart),
  };
}

const crossingNames = (list: readonly GoCrossing[]): string =>
  list.map(({ name }) => name).join(", ");

/** Neighbours of one type share it. */
const parameterList = (list: readonly GoCrossing[]): string =>
  list
    .map(({ name, type }, at) => (list[at + 1]?.type === type ? name : `${name} ${type}`))
    .join(", ");

/** The types of the results of the function that the statements return from. */
function returnTypes({ selection, types }: GoWriting): string[] {
  const result = selection.inner.childForFieldName("result");
  if (!result) return [];
  const nodes =
    result.type === "parameter_list"
      ? result.namedChildren
          .filter((one) => one?.type === "parameter_declaration")
          .flatMap((one) =>
            Array.from(
              {
                length: Math.max(
                  1,
                  one!.childrenForFieldName("name").filter((name) => name?.isNamed).length,
                ),
              },
              () => one!.childForFieldName("type"),
            ),
          )
      : [result];
  return nodes.map((one) => {
    const type = types.written(one);
    if (type !== undefined) return type;
    throw new ExtractRefusal(
      `the result \`${one?.text}\` of the function cannot be written outside of it.`,
      result.startIndex,
    );
  });
}

function callLines({ name, selection, flow, crossings }: GoWriting, count: number): string[] {
  const { parameters, results } = crossings;
  const call = `${name}(${crossingNames(parameters)})`;
  if (flow.returnsError) return [`if err := ${call}; err != nil {`, "\treturn err", "}"];
  if (flow.returns) {
    if (count > 0) return [`return ${call}`];
    return endsGoFunction(selection) ? [call] : [call, "return"];
  }
  if (results.length === 0) return [call];
  const names = crossingNames(results);
  const own = results.filter(({ isOwn }) => isOwn);
  if (own.length === 0) return [`${names} = ${call}`];
  // In their own block `:=` assigns variables that are there already; those of another one it would hide.
  const block = selection.statements[0]!.parent!.parent!;
  const isHere = ({ variable: { scope } }: GoCrossing): boolean =>
    scope.id === block.id ||
    (block.type === "block" && scope.id === block.parent?.id && isGoFunction(scope));
  if (results.every((one) => one.isOwn || isHere(one))) return [`${names} := ${call}`];
  return [...own.map((one) => `var ${one.name} ${one.type}`), `${names} = ${call}`];
}

const isGoFunction = (node: Node): boolean =>
  /^(?:function_declaration|method_declaration|func_literal)$/u.test(node.type);
