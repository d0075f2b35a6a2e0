import type { Origin } from "../../core/target.ts";
import type { CaseStudy, StudyStretch } from "./case-study.ts";
import { colourOf, svgLine, svgPicture, svgText, tenths } from "./svg.ts";

const lineHeight = 15;
const character = 6.7;
const margin = 78;
const widestLine = 78;
const column = margin + widestLine * character + 24;
const barHeight = 26;

const origins: readonly (readonly [Origin, string, number])[] = [
  ["source", "copied from the file", 2],
  ["prompt", "copied from elsewhere in the prompt or the output", 4],
  ["draft-model", "the draft model's", 3],
  ["target", "the target's own", 1],
];

const colourNumber = (origin: Origin): number =>
  origins.find(([name]) => name === origin)?.[2] ?? 4;

/** Above, each method's passes along one axis of time; below, the text that they wrote, with the passes in the margin. */
export function caseStudySvg(studies: readonly CaseStudy[]): string {
  const first = studies[0]!;
  const longest = Math.max(...studies.flatMap(({ lines }) => lines.length));
  const width = studies.length * column + 16;
  const timeline = { top: 66, width: width - 260, left: 200 };
  const textTop = timeline.top + studies.length * (barHeight + 12) + 64;
  const height = textTop + (longest + 2) * lineHeight;
  const title = `${first.id}: which pass wrote which lines`;
  const end = Math.max(...studies.map(({ total }) => total));
  const x = (time: number): number => timeline.left + (timeline.width * time) / end;

  const shapes = [svgText(8, 20, title, { kind: "title" }), legend()];
  studies.forEach((study, i) => {
    const y = timeline.top + i * (barHeight + 12);
    shapes.push(timelineOf(study, x, y));
  });
  const axisY = timeline.top + studies.length * (barHeight + 12);
  shapes.push(axis(first, end, x, axisY));
  studies.forEach((study, i) => {
    shapes.push(textOf(study, 8 + i * column, textTop));
  });
  return svgPicture(title, width, height, shapes.join(""));
}

function legend(): string {
  return origins
    .map(([, label, colour], i) => {
      const x = 8 + i * 200 + (i > 1 ? 140 : 0);
      return `<rect x="${x}" y="34" width="11" height="11" style="fill:${colourOf(colour)}" opacity=".45"/>${svgText(x + 16, 44, label, { kind: "small" })}`;
    })
    .join("");
}

/** A bar per pass, in the colour of most of its tokens; its text says how many tokens it wrote. */
function timelineOf(study: CaseStudy, x: (time: number) => number, y: number): string {
  const { label, passes, plainTotal, total, unit } = study;
  const bars = passes.map(({ start, time, tokens, drafted, accepted, pass, origins }) => {
    const most = Object.entries(origins).toSorted((a, b) => b[1] - a[1])[0]?.[0] ?? "target";
    const [from, to] = [x(start), x(start + time)];
    const wide = to - from;
    const count =
      wide < 18
        ? ""
        : svgText(from + wide / 2, y + 17, tokens, { kind: "small", anchor: "middle" });
    const hint = `pass ${pass}: ${tokens} tokens, ${accepted} of ${drafted} drafted ones accepted`;
    return `<g><title>${hint}</title><rect x="${tenths(from)}" y="${y}" width="${tenths(Math.max(0.5, wide - 0.7))}" height="${barHeight}" style="fill:${colourOf(colourNumber(most as Origin))}" opacity=".45"/>${count}</g>`;
  });
  const amount = `${passes.length} passes, ${(plainTotal / total).toFixed(1)}x`;
  return [
    svgText(8, y + 11, label),
    svgText(8, y + 25, `${amount}, ${round1(total)} ${unit}`, { kind: "small" }),
    ...bars,
  ].join("");
}

function axis({ unit }: CaseStudy, end: number, x: (time: number) => number, y: number): string {
  const step =
    10 ** Math.floor(Math.log10(end)) / (end / 10 ** Math.floor(Math.log10(end)) < 3 ? 4 : 1);
  const shapes = [svgLine("axis", [x(0), y, x(end), y])];
  for (let time = 0; time <= end; time += step) {
    shapes.push(svgLine("axis", [x(time), y, x(time), y + 4]));
    shapes.push(svgText(x(time), y + 17, round1(time), { kind: "small", anchor: "middle" }));
  }
  shapes.push(
    svgText(
      x(end / 2),
      y + 33,
      `time in ${unit}; numbers in the bars: tokens that the pass wrote`,
      {
        kind: "small",
        anchor: "middle",
      },
    ),
  );
  return shapes.join("");
}

function textOf({ label, lines }: CaseStudy, left: number, top: number): string {
  const shapes = [svgText(left, top - 8, `${label}: passes, and what they wrote`)];
  lines.forEach((line, i) => {
    const y = top + i * lineHeight;
    shapes.push(svgText(left, y + 11, passesOf(line), { kind: "small" }));
    let at = 0;
    for (const { text, origin } of line) {
      const shown = text.slice(0, Math.max(0, widestLine - at));
      if (shown === "") break;
      const x = left + margin + at * character;
      const width = tenths(shown.length * character);
      shapes.push(
        `<rect x="${tenths(x)}" y="${y}" width="${width}" height="${lineHeight - 1}" style="fill:${colourOf(colourNumber(origin))}" opacity=".22"/>`,
      );
      at += text.length;
    }
    const whole = line.map(({ text }) => text).join("");
    const options = { kind: "code" } as const;
    const width = tenths(Math.min(whole.length, widestLine) * character);
    const text = svgText(left + margin, y + 11, whole.slice(0, widestLine), options);
    if (whole !== "") {
      shapes.push(
        text.replace("<text ", `<text textLength="${width}" lengthAdjust="spacingAndGlyphs" `),
      );
    }
  });
  return shapes.join("");
}

/** "3", "3, 4" or "3-9": the passes that wrote in a line. */
function passesOf(line: readonly StudyStretch[]): string {
  const passes = [...new Set(line.map(({ pass }) => pass))];
  if (passes.length === 0) return "";
  if (passes.length < 4) return passes.join(", ");
  return `${passes[0]}-${passes.at(-1)}`;
}

function round1(value: number): string {
  return value >= 100 ? value.toFixed(0) : Number(value.toFixed(1)).toString();
}
