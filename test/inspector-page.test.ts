import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const folder = fileURLToPath(new URL("../inspector/", import.meta.url));
const scripts = readdirSync(folder).filter((name) => name.endsWith(".ts"));
const read = (name: string): string => readFileSync(join(folder, name), "utf8");

/** Whatever makes markup or code of a text. */
const unsafe =
  /innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|DOMParser|srcdoc|javascript:|\beval\(|new Function/;

describe("the page of the inspector", () => {
  it("never makes markup or code of a text", () => {
    expect("a.innerHTML = b").toMatch(unsafe);
    expect(scripts.length).toBeGreaterThan(10);
    expect(scripts.filter((name) => unsafe.test(read(name)))).toEqual([]);
  });

  it("has no inline script and no inline style, and a policy that allows none", () => {
    const html = read("index.html");
    expect(html.match(/<script/g)).toHaveLength(1);
    expect(html).toContain('<script src="page.js" defer></script>');
    expect(html).not.toMatch(/<style|\sstyle=|\son\w+=/);
    const policy = /content-security-policy" content="([^"]+)"/.exec(html.replaceAll(/\s+/g, " "));
    expect(policy?.[1]).toContain("default-src 'none'");
    expect(policy?.[1]).not.toContain("unsafe");
  });

  it("takes from src only what needs no Node", () => {
    const taken = scripts.flatMap((name) => {
      const imports = [
        ...read(name).matchAll(/^import (?!type )[^;]*? from "\.\.\/src\/([^"]+)"/gm),
      ];
      return imports.map((found) => found[1]!);
    });
    expect(taken).toContain("inspect/view-merge.ts");
    const allowed =
      /^(core|text|edit|merge)\/|^inspect\/(picture|joined-lines|regions|request-log|timeline|view-merge)\.ts$/;
    expect(taken.filter((path) => !allowed.test(path))).toEqual([]);
  });
});
