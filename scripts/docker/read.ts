import { DockerfileParser, type Instruction } from "dockerfile-ast";

/** One step of a stage: its keyword, and its arguments with variables filled in. */
export interface DockerStep {
  readonly keyword: string;
  /** The text behind the keyword, lines joined. */
  readonly text: string;
  /** Of COPY: `--from` and the like. */
  readonly flags: ReadonlyMap<string, string>;
  /** Without flags. The JSON form is taken apart. */
  readonly args: readonly string[];
}

export interface DockerStage {
  readonly name: string;
  readonly steps: readonly DockerStep[];
}

/** The stages of a Dockerfile. */
export function dockerStages(text: string): DockerStage[] {
  const stages: { name: string; steps: DockerStep[] }[] = [];
  for (const instruction of DockerfileParser.parse(text).getInstructions()) {
    const step = stepOf(instruction);
    if (step.keyword === "FROM")
      stages.push({ name: step.args[2] ?? `${stages.length}`, steps: [] });
    stages.at(-1)?.steps.push(step);
  }
  return stages;
}

function stepOf(instruction: Instruction): DockerStep {
  const keyword = instruction.getKeyword();
  const text = instruction
    .getTextContent()
    .slice(keyword.length)
    .replace(/\\\n\s*/gu, " ")
    .trim();
  const words = text.startsWith("[")
    ? (JSON.parse(text) as string[])
    : text.split(/\s+/u).filter((word) => word !== "");
  const isFlag = (word: string): boolean => /^--[a-z-]+=/u.test(word);
  const flags = words.filter(isFlag).map((word): [string, string] => {
    const [name, value] = word.slice(2).split("=") as [string, string];
    return [name, value];
  });
  return {
    keyword,
    text,
    flags: new Map(flags),
    args: words.filter((word) => !isFlag(word)),
  };
}
