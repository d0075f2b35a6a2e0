import { describe, expect, it } from "vitest";
import { bestText } from "../../../test/support/fixes.ts";

type Case = [own: string, message: string, expected: string | undefined, path?: string];
const check = async ([own, message, expected, path = "a.ts"]: Case): Promise<void> =>
  expect(await bestText(path, own, message)).toBe(expected);

describe("missing null check", () => {
  it.each<Case>([
    ["use(«a.b);\n", "TS18047: 'a' is possibly 'null'.", "use(a?.b);\n"],
    ["use(«a.b.c);\n", "TS18048: 'a.b' is possibly 'undefined'.", "use(a.b?.c);\n"],
    ["use(«f().c);\n", "TS2532: Object is possibly 'undefined'.", "use(f()?.c);\n"],
    ["use(«a[0]);\n", "TS18048: 'a' is possibly 'undefined'.", "use(a?.[0]);\n"],
    ["use(«f()?.g().h);\n", "TS2532: Object is possibly 'undefined'.", "use(f()?.g()?.h);\n"],
    ["«a.b = 1;\n", "TS18047: 'a' is possibly 'null'.", undefined],
    ["«a.b.c = 1;\n", "TS18047: 'a' is possibly 'null'.", undefined],
    ["use(«a + 1);\n", "TS18047: 'a' is possibly 'null'.", undefined],
  ])("%j", (...one) => check(one));
});
