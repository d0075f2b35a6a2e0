import { readFile } from "node:fs/promises";
import { join } from "node:path";

interface Example {
  readonly name: string;
  readonly path: string;
  readonly source: string;
  readonly edit: string;
}

/** What the inspector page offers to look at: an edit of each outcome. */
export async function pageExamples(root: string): Promise<Example[]> {
  const read = (path: string): Promise<string> => readFile(join(root, path), "utf8");
  const queue = await read("examples/edits/job-queue.ts");
  return [
    {
      name: "A sketch",
      path: "job-queue.ts",
      source: queue,
      edit: await read("examples/edits/sketch.txt"),
    },
    {
      name: "Another place, another sketch",
      path: "job-queue.ts",
      source: queue,
      edit: await read("examples/edits/retry.txt"),
    },
    { name: "A moved function, as a diff", path: "greet.py", source: greet, edit: moved },
    { name: "Ambiguous: two equal places", path: "limits.ts", source: limits, edit: twoPlaces },
    {
      name: "Refused: a line that is not there",
      path: "limits.ts",
      source: limits,
      edit: misquoted,
    },
  ];
}

/** A decode to look at, or nothing where none is recorded. */
export async function exampleEvents(root: string): Promise<string> {
  return readFile(join(root, "examples/edits/events.jsonl"), "utf8").catch(() => "");
}

const greet = `import sys


def shout(text):
    return text.upper() + "!"


def greet(name):
    return f"Hello, {name}"


def main():
    name = sys.argv[1]
    print(greet(name))


main()
`;

const moved = `<<<<<<< SEARCH
def shout(text):
    return text.upper() + "!"


=======
>>>>>>> REPLACE
<<<<<<< SEARCH
def main():
    name = sys.argv[1]
    print(greet(name))
=======
def shout(text):
    return text.upper() + "!"


def main():
    name = sys.argv[1]
    print(shout(greet(name)))
>>>>>>> REPLACE
`;

const limits = `export function readLimit(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value)) {
    return 0;
  }
  return value;
}

export function writeLimit(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value)) {
    return 0;
  }
  return Math.round(value);
}
`;

const twoPlaces = `<<<<<<< SEARCH
  if (!Number.isFinite(value)) {
    return 0;
  }
=======
  if (!Number.isFinite(value)) {
    throw new RangeError(\`\${text} is no limit\`);
  }
>>>>>>> REPLACE
`;

const misquoted = `<<<<<<< SEARCH
  const limit = parseInt(text);
=======
  const limit = Number.parseInt(text, 10);
>>>>>>> REPLACE
`;
