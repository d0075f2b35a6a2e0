/**
 * Which edits of an agent's own tools Redraft should make, and what the agent is to call instead. Plain JavaScript without
 * dependencies: agents start it as it is.
 */
import { existsSync, realpathSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";

/**
 * @typedef {object} ToolCall
 * @property {string} tool name of the agent's own tool, such as `Edit`
 * @property {Record<string, unknown>} input its arguments
 * @property {string} folder the folder that the agent works in, absolute
 */

/**
 * The advice for the agent where the call is to be refused, and undefined where it may run: other tools, files outside of the folder
 * (Redraft refuses those), and files that do not exist yet, in which nothing can be lost.
 *
 * @param {ToolCall} call
 * @param {(name: string) => string} named how the agent names a tool of Redraft
 * @returns {string | undefined}
 */
export function redirected({ tool, input, folder }, named) {
  const name = tool.toLowerCase();
  const patch = [input.command, input.patchText, input.patch, input.input].find(isPatch);
  if (["apply_patch", "patch", "edit", "write"].includes(name) && patch !== undefined) {
    const paths = [...patch.matchAll(/^\*\*\* (?:Update|Add|Delete) File: (.+)$/gm)];
    const isOurs = paths.length > 0 && paths.every((one) => isInside(folder, one[1]?.trim() ?? ""));
    return isOurs ? advice(`${named("apply_patch")} with the same text as \`patch\``) : undefined;
  }
  const path = input.file_path ?? input.filePath ?? input.notebook_path ?? input.path;
  if (typeof path !== "string" || !isInside(folder, path)) return undefined;
  if (!existsSync(resolve(folder, path))) return undefined;
  switch (name) {
    case "edit":
    case "multiedit":
      return advice(
        `${named("replace_text")} with \`path\` and \`edits\`: [{ \`oldText\`, \`newText\`, \`replaceAll\` }]`,
      );
    case "write":
      return advice(
        `${named("edit_file")} with \`path\` and \`code_edit\`, only the changed lines and \`// ... existing code ...\` for the others; or, to replace the whole file, ${named("write_file")} with \`expected_hash\` from ${named("read_file")}`,
      );
    case "notebookedit":
      return advice(`${named("edit_file")} with \`path\`, \`cell\` and \`code_edit\``);
    default:
      return undefined;
  }
}

/** @param {string} call */
const advice = (call) =>
  `Files of this project are edited with Redraft, which places an edit exactly or says why not. Nothing was changed. Call ${call}. If you do not see that tool, search for it, or wait for its server; if there is none, say so to the user and stop.`;

/**
 * @param {unknown} text
 * @returns {text is string}
 */
const isPatch = (text) => typeof text === "string" && text.includes("*** Begin Patch");

/**
 * Whether a path leads into a folder, links resolved as far as they exist.
 *
 * @param {string} folder
 * @param {string} path
 */
function isInside(folder, path) {
  const way = relative(real(resolve(folder)), real(resolve(folder, path)));
  return way !== "" && way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/**
 * @param {string} path
 * @returns {string}
 */
function real(path) {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(real(parent), basename(path));
  }
}
