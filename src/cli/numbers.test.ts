import type { Option } from "commander";
import { describe, expect, it } from "vitest";
import { commands } from "./commands.ts";
import { configSettings } from "./config/settings.ts";
import { largestValues } from "./numbers.ts";

/** Options that take a number, of all commands. */
const numeric: { readonly name: string; readonly option: Option }[] = [];
for (const entry of commands) {
  const command = await entry.load();
  for (const option of command.options) {
    const isNumber = /<(number|tokens|bytes|seconds)>/.test(option.flags);
    if (isNumber && option.parseArg) numeric.push({ name: `${entry.name} ${option.long}`, option });
  }
}
const read = (option: Option, text: string): unknown => option.parseArg!(text, undefined);

describe("options that take a number", () => {
  it("are many", () => {
    expect(numeric.length).toBeGreaterThan(15);
  });

  it.each(numeric)("$name takes a small number, and refuses what is none", ({ option }) => {
    expect(read(option, "1")).toBeTypeOf("number");
    for (const text of ["", "x", "-1", "1e400", "NaN", "Infinity"]) {
      expect(() => read(option, text), text).toThrow(/It must be|give a number/);
    }
  });

  it.each(numeric.filter(({ name }) => !/choose|undo|redo|--last|hunks/.test(name)))(
    "$name has a largest value, which the message names",
    ({ option }) => {
      expect(() => read(option, "1e15")).toThrow(/\d{3,}/);
    },
  );

  it("agree with the settings of a configuration file", () => {
    for (const [name, { shape, option, commands: names }] of Object.entries(configSettings)) {
      if (!["context", "threads", "timeout"].includes(name)) continue;
      const most = name === "timeout" ? largestValues.seconds : largestValues[name as "context"];
      expect([shape.safeParse(most).success, shape.safeParse(most + 1).success], name).toEqual([
        true,
        false,
      ]);
      const taken = numeric.filter((one) =>
        names.some((command) => one.name === `${command} ${option}`),
      );
      expect(taken.length, name).toBeGreaterThan(1);
      for (const one of taken) {
        expect(read(one.option, String(most)), one.name).toBeTypeOf("number");
        expect(() => read(one.option, String(most + 1)), one.name).toThrow(String(most));
      }
    }
  });

  it("keep a timer from firing at once, and the context of all sequences a 32-bit number", () => {
    expect(largestValues.seconds * 1000).toBeLessThan(2 ** 31);
    expect(largestValues.context * (largestValues.sequences + 1)).toBeLessThan(2 ** 31);
  });
});
