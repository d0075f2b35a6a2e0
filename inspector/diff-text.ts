import { element } from "./dom.ts";

/** A unified diff with its lines marked by colour; the signs are the diff's own. */
export function diffText(diff: string): HTMLElement {
  const lines = diff.replace(/\n$/, "").split("\n");
  return element(
    "pre",
    { class: "diff", attributes: { tabindex: "0" } },
    ...lines.map((line, index) => {
      const isName = index < 2 && lines[0]!.startsWith("--- ") && /^(--- |\+\+\+ )/.test(line);
      const kind = isName
        ? "place"
        : line.startsWith("+")
          ? "new"
          : line.startsWith("-")
            ? "removed"
            : line.startsWith("@")
              ? "place"
              : "kept";
      return element("span", { class: `diff-${kind}` }, `${line}\n`);
    }),
  );
}
