import type { EditCandidate, Speculator } from "../speculator.ts";
import { type ReadRepeat, readRepeat, repeatAsked } from "./instruction.ts";
import { planRepeat, type RepeatPlan, type RepeatRequest } from "./repeat.ts";

/** How sure it is that a person wants an edit at all like places, by what commits did there (docs/orchestrate.md). */
const unasked = 0.5;
/** Who asks for all places in words has not asked for some. */
const notAll = 0.9;

/** Makes an edit that was made once at all places like it. Deterministic: its one candidate has only exact matches, or it refuses. */
export const repeatSpeculator: Speculator = {
  name: "repeat",
  recognise: ({ repeat, instruction }) =>
    repeat
      ? { confidence: 1, why: "the request has an edit to repeat" }
      : readRepeat(instruction ?? ""),
  async *speculate(request, context) {
    const read = request.repeat ? undefined : readRepeat(request.instruction ?? "");
    const asked = read && (await repeatAsked(read.asked, request, context));
    const repeat = asked?.repeat ?? request.repeat;
    if (!repeat) return;
    const { files, ...details } = await planRepeat(await context.names(), repeat);
    const places = details.places.filter(({ repeated }) => repeated).length;
    const notes = asked ? [...details.notes, ...notesInWords(details, asked)] : details.notes;
    yield {
      by: "repeat",
      title: `the edit is repeated at ${count(places, "place")} in ${count(files.length, "file")}`,
      why: details.places.some(({ repeated, unsure }) => repeated && unsure !== undefined)
        ? "each place was chosen, or has the form that the edit changed"
        : "each place has the form that the edit changed, and its names mean the same",
      confidence: surenessOfRepeat(repeat, details, asked),
      files,
      notes,
      details,
    };
  },
};

function surenessOfRepeat(
  { all, only }: RepeatRequest,
  details: Pick<RepeatPlan, "partial" | "places">,
  asked: ReadRepeat | undefined,
): EditCandidate["confidence"] {
  if ((!all && !only) || asked?.doubt !== undefined) return unasked;
  return asked && leftOf(details).length > 0 ? notAll : 1;
}

/** Places that may be meant as well, with why they are left. */
const leftOf = ({
  partial,
  places,
}: Pick<RepeatPlan, "partial" | "places">): readonly {
  path: string;
  line: number;
  why: string;
}[] => [
  ...places.flatMap(({ path, line, repeated, unsure }) =>
    unsure === undefined || repeated ? [] : [{ path, line, why: unsure }],
  ),
  ...partial,
];

/** Which edit is meant, and what is left, since the person has seen no list. */
function notesInWords(
  details: Pick<RepeatPlan, "rules" | "partial" | "places">,
  { doubt }: ReadRepeat,
): string[] {
  const { rules } = details;
  const shown = rules.slice(0, 3).map((one) => `${one.old} -> ${one.new}`);
  const more = rules.length > 3 ? ` and ${rules.length - 3} more` : "";
  const all = leftOf(details);
  const left = all.slice(0, 5).map(({ path, line, why }) => `${path}:${line} (${why})`);
  const further = all.length > 5 ? ` and ${all.length - 5} more` : "";
  return [
    `The last edit is repeated: ${shown.join("; ")}${more}.`,
    ...(doubt === undefined ? [] : [`${doubt}.`]),
    ...(left.length === 0 ? [] : [`Like it only in part, and left: ${left.join(", ")}${further}.`]),
  ];
}

const count = (one: number, what: string): string => `${one} ${one === 1 ? what : `${what}s`}`;
