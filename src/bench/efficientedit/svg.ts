/** Colours that are readable on white and on black: what an element is, not how it looks, is its class. */
const style = `
text{font:12px system-ui,sans-serif;fill:var(--ink)}
.small{font-size:11px;fill:var(--soft)}
.title{font-size:14px;font-weight:600}
.code{font:11px ui-monospace,monospace}
.axis{stroke:var(--soft);fill:none}
.grid{stroke:var(--grid);fill:none}
.paper{fill:var(--paper)}
svg{--paper:#fff;--ink:#1f2328;--soft:#59636e;--grid:#d8dee4;--c0:#59636e;--c1:#bc4c00;--c2:#0969da;--c3:#8250df;--c4:#1a7f37}
@media (prefers-color-scheme:dark){svg{--paper:#0d1117;--ink:#e6edf3;--soft:#9198a1;--grid:#30363d;--c0:#9198a1;--c1:#f0883e;--c2:#58a6ff;--c3:#bc8cff;--c4:#3fb950}}
`;

/** A picture with a title for those who do not see it. Sizes are in pixels. */
export function svgPicture(title: string, width: number, height: number, body: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img"><title>${xmlText(title)}</title><style>${style}</style><rect class="paper" width="${width}" height="${height}"/>${body}</svg>\n`;
}

export interface LabelOptions {
  readonly kind?: "small" | "title" | "code";
  readonly anchor?: "start" | "middle" | "end";
  /** An index of `colourOf`. */
  readonly colour?: number;
  readonly rotate?: number;
}

export function svgText(
  x: number,
  y: number,
  text: string | number,
  { kind, anchor = "start", colour, rotate }: LabelOptions = {},
): string {
  const words = [
    kind && `class="${kind}"`,
    anchor !== "start" && `text-anchor="${anchor}"`,
    colour !== undefined && `style="fill:${colourOf(colour)}"`,
    rotate !== undefined && `transform="rotate(${rotate} ${tenths(x)} ${tenths(y)})"`,
    kind === "code" && 'xml:space="preserve"',
  ].filter(Boolean);
  return `<text x="${tenths(x)}" y="${tenths(y)}" ${words.join(" ")}>${xmlText(String(text))}</text>`;
}

export function svgLine(
  kind: "axis" | "grid",
  [x1, y1, x2, y2]: readonly [number, number, number, number],
): string {
  return `<path class="${kind}" d="M${tenths(x1)} ${tenths(y1)}L${tenths(x2)} ${tenths(y2)}"/>`;
}

/** The colour of a series: 0 is the quiet one. */
export function colourOf(index: number): string {
  return `var(--c${index % 5})`;
}

export function tenths(value: number): number {
  return Math.round(10 * value) / 10;
}

function xmlText(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
