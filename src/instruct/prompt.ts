import { extname } from "node:path";

/** A file as the models see it. */
export interface PromptFile {
  /** As the caller wrote it; the models name files by it. */
  readonly path: string;
  readonly text: string;
  /** False: the path names a file that is to be made. */
  readonly exists: boolean;
  /** What the file will probably be, as a candidate edit has it: drafted from in place of the old text, and never trusted. */
  readonly expected?: string;
}

export interface PromptMessage {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

const sketchRules = `You edit files. You are given files and an instruction. Answer with one edit_file block for each file that must change, and with nothing else:

<edit_file>
<target_file>the path as given</target_file>
<instructions>one sentence in the first person that says what you are changing</instructions>
<code_edit>
the edit
</code_edit>
</edit_file>

The edit will be applied by a less intelligent program, which sees only the file and this block. So:
- Write ONLY the lines that change, and around each change two or three unchanged lines that are not blank, copied exactly, so that its place is certain.
- Stand in for all other unchanged lines with a comment on a line of its own, in the file's language: MARKER. Leaving it out means deleting what stood there. It stands at the beginning and at the end of the edit too, where unchanged lines come before and after.
- To delete lines, write the unchanged lines before and after them next to each other.
- Put all changes of a file into its one block, in the order of the file.
- Keep the file's indentation. Change nothing that the instruction does not ask for.
- A file that does not exist yet is written whole.`;

const rewriteRules = `You edit files. You are given files and an instruction. Answer with each file that must change, written whole, and with nothing else:

<updated_file path="the path as given">
the whole text of the file after the change
</updated_file>

Keep the structure, the order, the comments and the indentation exactly. Change nothing that the instruction does not ask for. Write no explanations, no placeholders and no code fences.`;

const regionRules = `You edit code. You are given a part of a file and an instruction. Answer with this part after the change, whole, in one code block, and with nothing else. Keep the name, the order, the comments and the indentation. Change nothing that the instruction does not ask for.`;

const blockRules = `You edit files. You are given files and an instruction. Answer with search/replace blocks, and with nothing else:

the path as given
<<<<<<< SEARCH
the lines that are there now, copied exactly
=======
the lines that come in their place
>>>>>>> REPLACE

Copy the lines of SEARCH letter by letter, with their indentation: the line or lines that change, and one or two around them if they occur more than once. Write one block for each place that changes. To add lines, search for the line before them, and repeat it. To delete lines, leave them out below =======. Change nothing that the instruction does not ask for.`;

/** What an answer in each form looks like, for models that follow an example better than rules. */
const worked = {
  path: "greet.py",
  before: `import sys

def greet(name):
    print("Hello, " + name)

def main():
    greet(sys.argv[1])
`,
  instruction: "Let `greet` take the greeting as a second parameter, Hello by default.",
  search: `def greet(name):
    print("Hello, " + name)`,
  replace: `def greet(name, greeting="Hello"):
    print(greeting + ", " + name)`,
} as const;

function exampleTurns(answer: string): PromptMessage[] {
  const { path, before, instruction } = worked;
  const file = { path, text: before, exists: true };
  return [
    { role: "user", content: question([file], instruction) },
    { role: "assistant", content: answer },
  ];
}

/** Asks for search/replace blocks. */
export function blockPrompt(
  files: readonly PromptFile[],
  instruction: string,
  withExample: boolean,
): PromptMessage[] {
  const { path, search, replace } = worked;
  const answer = `${path}\n<<<<<<< SEARCH\n${search}\n=======\n${replace}\n>>>>>>> REPLACE`;
  return [
    { role: "system", content: blockRules },
    ...(withExample ? exampleTurns(answer) : []),
    { role: "user", content: question(files, instruction) },
  ];
}

/** Asks for one part of a file, which small models manage better than a format of their own. */
export function partPrompt(path: string, code: string, instruction: string): PromptMessage[] {
  return [
    { role: "system", content: regionRules },
    { role: "user", content: `A part of ${path}:\n\n${inFence(path, code)}\n\n${instruction}` },
  ];
}

const fileRules = `You edit code. You are given a file and an instruction. Answer with the whole file after the change in one code block, and with nothing else. Leave nothing out: write the unchanged lines, too. Keep the names, the order, the comments and the indentation. Change nothing that the instruction does not ask for.`;

/** Asks for one whole file in a code block. */
export function filePrompt(
  { path, text }: PromptFile,
  others: readonly string[],
  instruction: string,
): PromptMessage[] {
  const more =
    others.length === 0
      ? ""
      : `\n\nThe change concerns ${others.join(" and ")}, too. Answer with ${path} only; if nothing changes in it, repeat it.`;
  return [
    { role: "system", content: fileRules },
    {
      role: "user",
      content: `The file ${path}:\n\n${inFence(path, text)}\n\n${instruction}${more}`,
    },
  ];
}

/** The code in a fence that is longer than any in it; the prediction of the answer, too. */
export function inFence(path: string, code: string): string {
  const longest = Math.max(2, ...[...code.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${extname(path).slice(1)}\n${endLine(code)}${fence}`;
}

/** Asks the large model for sketches in the `edit_file` form. */
export function sketchPrompt(
  files: readonly PromptFile[],
  instruction: string,
  withExample: boolean,
): PromptMessage[] {
  const markers = [...new Set(files.map((file) => markerFor(file.path)))];
  const rules = sketchRules.replace("MARKER", markers.join(" or "));
  const marker = markerFor(worked.path);
  const answer = `<edit_file>
<target_file>${worked.path}</target_file>
<instructions>I add the parameter greeting.</instructions>
<code_edit>
${marker}
${worked.replace}

def main():
${marker}
</code_edit>
</edit_file>`;
  return [
    { role: "system", content: rules },
    ...(withExample ? exampleTurns(answer) : []),
    { role: "user", content: question(files, instruction) },
  ];
}

/** Asks for whole files; the sources go along as the prediction of the answer. */
export function rewritePrompt(files: readonly PromptFile[], instruction: string): PromptMessage[] {
  return [
    { role: "system", content: rewriteRules },
    { role: "user", content: question(files, instruction) },
  ];
}

/** The answer to a rewrite prompt if nothing changed: what the model is predicted to write, mostly. */
export function rewritePrediction(files: readonly PromptFile[]): string {
  return files
    .map(
      ({ path, text, expected = text }) =>
        `<updated_file path="${path}">\n${endLine(expected)}</updated_file>`,
    )
    .join("\n");
}

const question = (files: readonly PromptFile[], instruction: string): string =>
  `${shownFiles(files)}\n<instruction>\n${instruction}\n</instruction>`;

function shownFiles(files: readonly PromptFile[]): string {
  return files
    .map(({ path, text, exists }) =>
      exists
        ? `<file path="${path}">\n${endLine(text)}</file>`
        : `<file path="${path}" new="true"></file>`,
    )
    .join("\n");
}

const endLine = (text: string): string => (text === "" || text.endsWith("\n") ? text : `${text}\n`);

const hash = ".py .pyi .sh .bash .rb .yaml .yml .toml .pl .r .ps1 .ex .exs .nix .mk .cmake .tf";
const dashes = ".lua .sql .hs .elm";
const angles = ".html .xml .vue .svelte .md .markdown";
const starred = ".css .scss .less";

/** The elision comment in the language of a file. */
export function markerFor(path: string): string {
  const extension = extname(path).toLowerCase();
  const among = (list: string): boolean => extension !== "" && list.split(" ").includes(extension);
  if (among(hash)) return "# ... existing code ...";
  if (among(dashes)) return "-- ... existing code ...";
  if (among(angles)) return "<!-- ... existing code ... -->";
  if (among(starred)) return "/* ... existing code ... */";
  return "// ... existing code ...";
}
