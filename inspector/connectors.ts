import type { Band } from "../src/inspect/picture.ts";
import { element } from "./dom.ts";
import type { Pane } from "./pane.ts";

const svgName = "http://www.w3.org/2000/svg";

export interface Connectors {
  readonly host: HTMLElement;
  show(bands: readonly Band[]): void;
  /** Draws what is visible now; cheap to call at every scroll. */
  redraw(): void;
}

/** Curves between two panes: `bands` lead from lines of one to lines of the other. `flipped`: the first pane is on the right. */
export function createConnectors(from: Pane, to: Pane, flipped: boolean): Connectors {
  const svg = document.createElementNS(svgName, "svg");
  svg.setAttribute("aria-hidden", "true");
  const host = element("div", { class: "connectors" }, svg);
  let bands: readonly Band[] = [];
  let scheduled = false;

  function draw(): void {
    scheduled = false;
    const box = host.getBoundingClientRect();
    svg.setAttribute("viewBox", `0 0 ${box.width} ${box.height}`);
    const paths: SVGElement[] = [];
    const [fromSeen, toSeen] = [linesSeen(from), linesSeen(to)];
    for (const band of bands) {
      if (!meets(band.from, fromSeen) && !meets(band.to, toSeen)) continue;
      const first = edges(from, band.from, box.top);
      const second = edges(to, band.to, box.top);
      const [left, right] = flipped ? [second, first] : [first, second];
      paths.push(shape(band, left, right, box));
    }
    svg.replaceChildren(...paths);
  }

  return {
    host,
    show(next) {
      bands = next;
      this.redraw();
    },
    redraw() {
      if (scheduled) return;
      scheduled = true;
      requestAnimationFrame(draw);
    },
  };
}

type Span = readonly [start: number, end: number];

const meets = (range: Span, seen: Span): boolean =>
  range[0] <= seen[1] && Math.max(range[1], range[0] + 1) > seen[0];

/** The 0-based lines that a pane shows. */
function linesSeen({ view }: Pane): Span {
  const { scrollTop, clientHeight } = view.scrollDOM;
  const line = (height: number): number =>
    view.state.doc.lineAt(view.lineBlockAtHeight(height).from).number - 1;
  return [line(scrollTop), line(scrollTop + clientHeight) + 1];
}

/** Upper and lower edge of lines in px, from the top of the box. */
function edges({ view }: Pane, [start, end]: Span, top: number): Span {
  const { doc } = view.state;
  const at = (line: number): number => {
    if (line >= doc.lines) {
      const last = view.lineBlockAt(doc.length);
      return last.bottom + view.documentTop - top;
    }
    return view.lineBlockAt(doc.line(line + 1).from).top + view.documentTop - top;
  };
  return [at(start), end === start ? at(start) : at(end)];
}

function shape({ kind }: Band, left: Span, right: Span, box: DOMRect): SVGElement {
  // Far outside of the view all curves look the same, and huge numbers are drawn badly.
  const clip = (y: number): number => Math.max(-2 * box.height, Math.min(3 * box.height, y));
  const [a, b, c, d] = [left[0], left[1], right[0], right[1]].map(clip) as [
    number,
    number,
    number,
    number,
  ];
  // A place between two lines is drawn as a thin line, so that it can be seen.
  const [b2, d2] = [Math.max(b, a + 1.5), Math.max(d, c + 1.5)];
  const { width } = box;
  const half = width / 2;
  const path = document.createElementNS(svgName, "path");
  path.setAttribute(
    "d",
    `M0 ${a} C${half} ${a} ${half} ${c} ${width} ${c} L${width} ${d2} C${half} ${d2} ${half} ${b2} 0 ${b2} Z`,
  );
  path.setAttribute("class", `band band-${kind}`);
  return path;
}
