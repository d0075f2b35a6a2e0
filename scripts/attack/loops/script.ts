import { runInNewContext } from "node:vm";
import { type Chooser, type LoopProgram, marked } from "./random.ts";

/** A function of JavaScript with a loop, `map` or `filter`, among what makes changing it dangerous. */
export function scriptProgram(choose: Chooser): LoopProgram {
  const { below, pick } = choose;
  const before = pick([
    "",
    "",
    "const k = () => out.length;",
    "function k() { return own.length < 9 && own.push(3); }",
    "const k = () => own.length;",
    "const alias = own; const k = () => alias.length < 9 && alias.push(2);",
    "const k = () => known.length < 9 && known.push(n);",
  ]);
  const after = pick([
    "",
    "",
    "own.push(9); log.push(own);",
    "function k2() { return out; } log.push(k2());",
    "const k3 = () => out; log.push(k3());",
    "log.push(x);",
    "g(own);",
    "own.length = 0;",
  ]);
  const start = pick(["const out = [];", "const out = [];", "let out = [];", "var out = [];"]);
  const own = pick([
    "[1, 2, 3]",
    "[0, 1, { name: 1 }]",
    "xs",
    "[1, NaN, -0, undefined]",
    "xs.slice()",
    "[3, , 1]",
  ]);
  const known = pick(["[1, 2, 3, NaN, -0]", "[1, 2]", "own", "['a', 'b']"]);
  const width = pick(["3", "'w'", "n", "2n", "-1"]);
  const core = `${before}\n  ${start}\n  @@${scriptLoop(choose)}\n  ${after}\n  log.push(out);`;
  const around = [
    core,
    `try {\n  ${core}\n  } catch (err) { log.push(err.name); }`,
    `for (let r = 0; r < 2; r++) {\n  ${core}\n  }`,
    `for (let r = 0; r < 2; r++) { try {\n  ${core}\n  } catch { log.push("e"); } }`,
  ];
  return marked(
    `function make(xs, n, g, h, p, o, log, x, lone = [4, 5]) {\n  const own = ${own};\n  const known = ${known};\n  const width = ${width};\n  ${around[below(5)] ?? core}\n  return log;\n}`,
  );
}

const lists =
  "xs|xs|own|own|own|Object.keys(o)|[1, , 3]|[...p]|new Set([1, 2])|own.filter((q) => q)|own.map((q) => [q])|own.slice(1)|'ab c'.split(' ')|x|lone|Object.entries(o)".split(
    "|",
  );

function scriptLoop({ below, pick }: Chooser): string {
  const [target, name] = pick([
    ...([
      ["x", "x"],
      ["x", "x"],
      ["y", "y"],
      ["xs", "xs"],
    ] as const),
    ...([
      ["{ a }", "a"],
      ["[b]", "b"],
      ["{ a = x }", "a"],
    ] as const),
  ]);
  const list = pick(lists);
  const values = `${name} + n|g(${name})|own.length < 9 && own.push(7)|out.length|[${name}]|({ k: ${name} })|${name}.name|h()|k()|(log.push(1), ${name})|() => ${name}|typeof ${name}|${name} === 1 ? n : null|this.t|x|known.includes(${name})|width * 2|own.pop()|-width + n`;
  const value = pick([name, name, ...values.split("|"), `{ ${name} }`, "`${".concat("width}px`")]);
  const tests = [
    `!${name} || n`,
    `${name} > 1`,
    `g(${name})`,
    "out.length < 2",
    "own.length < 9 && own.push(1)",
  ];
  const test = pick([
    ...[name, ...tests, `known.includes(${name})`, "h()", `${name}.name.x`, "k()", "xs.length"],
    ...["width * 2 > n", "own.shift()", `(n = ${name})`],
  ]);
  const kind = below(6);
  if (kind < 3) {
    const pushed =
      below(2) === 0 ? `if (${test}) out.push(${pick([name, value])});` : `out.push(${value});`;
    const guard = below(4) === 0 ? `if (${test}) continue; ` : "";
    const body = guard || below(2) === 0 ? `{ ${guard}${pushed} }` : pushed;
    return `for (${pick(["const", "const", "let", "var"])} ${target} of ${list}) ${body}`;
  }
  const stop = "if (out.length > 30) break;";
  if (kind === 3) {
    const change = pick([
      "continue",
      "break",
      "xs.length < 9 && xs.push(4), n++",
      "own.length < 9 && own.push(5), n++",
    ]);
    const act = below(2) === 0 ? "" : `if (${test}) ${change}; `;
    return `for (let i = 0; i < ${list}.length; i++) { ${pick(["const", "let"])} ${target} = ${list}[i]; ${act}out.push(${value}); ${stop} }`;
  }
  if (kind === 4) {
    const body = value.startsWith("{") ? `(${value})` : value;
    const call = pick([`map((${target}) => ${body})`, `filter((${target}) => ${test})`]);
    return `const res = ${list}.${call};\n  log.push(res);`;
  }
  const act = pick([
    "n += 1",
    "known.length < 9 && known.push(5)",
    "g(known)",
    "out.push(width * 2)",
    "h()",
  ]);
  const more = below(2) === 0 ? "" : `out.push(${value}); `;
  return `for (const ${target} of ${list}) { if (known.includes(${name})) ${act}; ${more}${stop} }`;
}

const callers = [
  ["[]", 0],
  ["[1, 2, 3]", 1],
  ["[0, { name: { x: 1 }, a: 2 }, [3]]", 2],
  ["[1, , null]", 1],
] as const;

/** Whether two programs do the same for several arguments: the value or the error, every call in its order, holes, NaN and -0. */
export const sameScript = (one: string, other: string): boolean =>
  callers.every(([list, number]) => answer(one, list, number) === answer(other, list, number));

function answer(code: string, list: string, number: number): string {
  const script = `${code}
;(() => {
  const log = [], all = [];
  const g = (v) => {
    log.push(["g", v]);
    if (Array.isArray(v)) all.push(v);
    else for (const a of all) if (a.length < 8) a.push(6);
    return v;
  };
  const h = () => { log.push("h"); for (const a of all) a.pop(); return 1; };
  try { make.call({ t: 1 }, ${list}, ${number}, g, h, [3, 4], { a: 1, b: 0 }, log, [5, 6]); } catch (e) { log.push(e.name); }
  return JSON.stringify(log, (k, v) =>
    typeof v === "function" ? ["function", v()]
    : typeof v === "bigint" ? v + "n"
    : v === undefined || Object.is(v, -0) || Number.isNaN(v) ? (Object.is(v, -0) ? "-0" : String(v))
    : Array.isArray(v) ? [Object.keys(v).join(), ...Array.from(v)] : v);
})()`;
  try {
    return String(runInNewContext(script, {}, { timeout: 10_000 }));
  } catch (error) {
    return `not run: ${(error as Error).message}`;
  }
}
