import { execFileSync } from "node:child_process";
import { type Chooser, type LoopProgram, marked } from "./random.ts";

const indented = (text: string, depth = 1): string =>
  text
    .split("\n")
    .map((line) => (line ? "    ".repeat(depth) + line : line))
    .join("\n");

/** A function of Python with a loop or a comprehension, among what makes changing it dangerous. */
export function pythonProgram({ below, pick }: Chooser): LoopProgram {
  const name = pick(["x", "x", "x", "y", "out", "n"]);
  const list = pick(
    "xs|xs|g(xs)|list(xs)|range(n)|[1, 0, 2]|out or xs|(z for z in xs)|xs if n else [n]|x|iter(xs)".split(
      "|",
    ),
  );
  const value = pick([
    name,
    ...`${name} + n|1 / ${name}|h(${name})|len(out)|lambda: ${name}|(${name}, n)|next(nx)|h(1)|x|xs.pop()`.split(
      "|",
    ),
    `sum(q + ${name} for q in xs)`,
    `[w for w in xs if w != ${name}]`,
    `log.append(${name})`,
  ]);
  const test = pick(
    `${name}|${name} > 0|h(${name})|${name} not in out|not ${name}|1 / ${name}|n|log.append(('c', ${name})) is None|next(nx)|x`.split(
      "|",
    ),
  );
  const kinds: readonly (readonly [string, string])[] = [
    ["out = []", `out.append(${value})`],
    ["out = set()", `out.add(${name})`],
    ["out = {}", `out[${pick([name, value, "h(2)"])}] = ${pick([value, name])}`],
    ["out = 0", `out += ${pick(["1", "len(xs)", name, "2 * len('ab')"])}`],
    ["out = False", "out = True\nbreak"],
    ["out = True", "out = False\nbreak"],
  ];
  const kind = below(9);
  let [start, act] = kinds[kind] ?? kinds[0]!;
  const guard = below(3) === 0 ? `if ${test}:\n    continue\n` : "";
  const isTested = below(2) === 1 || kind === 4 || kind === 5;
  const inner = isTested ? `if ${test}:\n${indented(act)}` : act;
  let loop = `for ${name} in ${list}:\n${indented(guard + inner)}`;
  if (kind === 6) {
    const [found, other] = below(2) === 0 ? ["True", "False"] : ["False", "True"];
    loop = `for ${name} in ${list}:\n    if ${test}:\n        return ${found}\nreturn ${other}`;
  }
  if (kind > 6) {
    const clause = `for ${name} in ${list}`;
    const made = [`[${value} ${clause}]`, `[${value} ${clause} if ${test}]`];
    loop = `out = ${pick([...made, `{${name} ${clause} if ${test}}`, `{${name}: ${value} ${clause}}`])}`;
    start = below(2) === 0 ? "pass" : "out = None";
  }
  if (below(8) === 0 && kind < 6) loop += "\nelse:\n    log.append('else')";
  const between = pick(["", "", "", "m = n\n", "log.append('b')\n", "out2 = out\n"]);
  const after = pick([
    "",
    "log.append(x)\n",
    `log.append(${name})\n`,
    "out2 = out\n",
    `for ${name} in xs:\n    log.append(${name})\n`,
    `log.append([${name} for ${name} in xs])\n`,
  ]);
  const core = `${start}\n${between}@@${loop}\n${after}`;
  const before = pick([
    ...["", "out = 'old'\n", "out = 'old'\nx = 7\n", "x = n\n"],
    ...["def k():\n    return out\n", "def k():\n    return x\n", "k = lambda: x\n"],
  ]);
  const end = pick([
    "return out\n",
    "return out, x\n",
    before.includes("k") ? "return out, k()\n" : "return out\n",
  ]);
  const globals = pick([
    "",
    "x = 'gx'\n",
    "out = 'gout'\n",
    "def h(v):\n    return 5\n",
    "any = sum\n",
  ]);
  const more = pick(["", ", x=3"]);
  const body = indented(before + surrounded({ below, pick }, core, name) + end);
  return marked(
    `from contextlib import suppress\n${globals}def make(xs, n, g, h, log, nx${more}):\n${body}`,
  );
}

function surrounded({ below, pick }: Chooser, core: string, name: string): string {
  const shown = ["", "log.append(repr(out))\n", "log.append(x)\n"];
  switch (below(7)) {
    case 1:
      return `try:\n${indented(core)}except Exception as err:\n    log.append(type(err).__name__)\n`;
    case 2:
      return `with suppress(Exception):\n${indented(core)}`;
    case 3:
      return `for r in range(2):\n${indented(core + pick(shown))}`;
    case 4: {
      const handled = pick(["pass", "log.append('e')", `log.append(${name})`]);
      return `for r in range(2):\n    try:\n${indented(pick(shown) + core, 2)}    except Exception:\n        ${handled}\n`;
    }
    case 5:
      return `try:\n${indented(core)}finally:\n    log.append('f')\n${indented(pick(shown))}`;
    default:
      return core;
  }
}

const driver = `
import json, re, sys
def run(code, xs, n):
    space, log = {}, []
    exec(compile(code, "a.py", "exec"), space)
    def h(v):
        log.append(("h", v))
        if v == 9: raise StopIteration
        return v
    def g(v):
        log.append("g")
        for q in v:
            log.append(("it", q)); yield q
    try:
        result = (space["make"](list(xs), n, g, h, log, iter([1, 0, 2])), log)
    except BaseException as error:
        result = (type(error).__name__, log)
    return re.sub("0x[0-9a-f]+", "", repr(result))
cases = [([], 0), ([1, 2, 3], 1), ([1, 0, 2], 2), ([0], 1), ([3, 9, 1], 1), ([0, 0, 1], 0)]
def same(pair):
    return all(run(pair[0], *one) == run(pair[1], *one) for one in cases)
print(json.dumps([same(one) for one in json.load(sys.stdin)]))
`;

/** Whether both programs of each pair do the same for several arguments: the value or the error, and every call in its order. */
export const samePython = (pairs: readonly (readonly [string, string])[]): boolean[] =>
  JSON.parse(
    execFileSync("python3", ["-c", driver], { input: JSON.stringify(pairs), encoding: "utf8" }),
  ) as boolean[];
