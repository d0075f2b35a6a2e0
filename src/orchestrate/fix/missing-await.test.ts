import { describe, expect, it } from "vitest";
import { bestText } from "../../../test/support/fixes.ts";

type Case = [own: string, message: string, expected: string | undefined, path?: string];
const check = async ([own, message, expected, path = "a.ts"]: Case): Promise<void> =>
  expect(await bestText(path, own, message)).toBe(expected);

describe("missing await", () => {
  it.each<Case>([
    [
      "async function f() { return g().«name; }\n",
      "TS2339: Property 'name' does not exist on type 'Promise<X>'.",
      "async function f() { return (await g()).name; }\n",
    ],
    [
      "async function f() {\n  const r = g();\n  return r.«name;\n}\n",
      "TS2339: Property 'name' does not exist on type 'Promise<X>'.",
      "async function f() {\n  const r = await g();\n  return r.name;\n}\n",
    ],
    [
      "async function f() { const «n: number = g(); }\n",
      "TS2322: Type 'Promise<number>' is not assignable to type 'number'.",
      "async function f() { const n: number = await g(); }\n",
    ],
    [
      "async function f() { h(«g()); }\n",
      "TS2345: Argument of type 'Promise<number>' is not assignable to parameter of type 'number'.",
      "async function f() { h(await g()); }\n",
    ],
    [
      "async function f() { if («g()) { } }\n",
      "TS2801: This condition will always return true since this 'Promise<X>' is always defined.",
      "async function f() { if (await g()) { } }\n",
    ],
    [
      "function f() { return g().«name; }\n",
      "TS2339: Property 'name' does not exist on type 'Promise<X>'.",
      undefined,
    ],
    [
      "async def f():\n    «g()\n",
      "RuntimeWarning: coroutine 'g' was never awaited",
      "async def f():\n    await g()\n",
      "a.py",
    ],
    [
      "async def f():\n    «self.g()\n",
      "RuntimeWarning: coroutine 'A.g' was never awaited",
      "async def f():\n    await self.g()\n",
      "a.py",
    ],
  ])("%j", (...one) => check(one));
});
