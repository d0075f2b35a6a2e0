import { LineDiff } from "../text/line-diff.ts";
import type { EditCandidate } from "./speculator.ts";

/** A place that candidates change, with what some of them make of it. Texts are whole lines. */
export interface JudgedPlace {
  readonly path: string;
  readonly above: string;
  readonly below: string;
  /** As it is now, then the changed ones, each once. */
  readonly versions: readonly string[];
}

/** Which version of which place a candidate makes. */
export interface PlaceVersion {
  readonly place: number;
  readonly version: number;
}

export interface JudgedPlaces {
  readonly places: readonly JudgedPlace[];
  /** Per candidate, its changes. */
  readonly changes: readonly (readonly PlaceVersion[])[];
}

/** Lines that are shown around a change; changes closer than this are one. */
const shownAbove = 24;
const shownBelow = 6;
/** More places of one candidate say little that the first ones do not. */
const mostPlaces = 8;

/** The places that candidates change. One that several of them change in the same lines is judged once, for all of them. */
export function judgedPlaces(candidates: readonly EditCandidate[]): JudgedPlaces {
  const places: { path: string; above: string; below: string; versions: string[] }[] = [];
  const known = new Map<string, number>();
  const changes = candidates.map(({ files }) => {
    const own: PlaceVersion[] = [];
    for (const { path, before, after } of files) {
      const [oldLines, newLines] = [linesOf(before), linesOf(after)];
      for (const hunk of joinedHunks(oldLines, newLines)) {
        if (own.length === mostPlaces) break;
        const { oldStart, oldEnd, newStart, newEnd } = hunk;
        const key = JSON.stringify([path, oldStart, oldEnd]);
        const text = newLines.slice(newStart, newEnd).join("");
        let place = known.get(key);
        if (place === undefined) {
          place = places.length;
          known.set(key, place);
          places.push({
            path,
            above: oldLines.slice(Math.max(0, oldStart - shownAbove), oldStart).join(""),
            below: oldLines.slice(oldEnd, oldEnd + shownBelow).join(""),
            versions: [oldLines.slice(oldStart, oldEnd).join("")],
          });
        }
        const { versions } = places[place]!;
        let version = versions.indexOf(text);
        if (version < 0) version = versions.push(text) - 1;
        own.push({ place, version });
      }
    }
    return own;
  });
  return { places, changes };
}

const linesOf = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];

interface ChangedLines {
  readonly oldStart: number;
  oldEnd: number;
  readonly newStart: number;
  newEnd: number;
}

function joinedHunks(oldLines: readonly string[], newLines: readonly string[]): ChangedLines[] {
  const hunks: ChangedLines[] = [];
  for (const change of new LineDiff(oldLines, newLines).compare()) {
    const last = hunks.at(-1);
    if (last !== undefined && change.oldStart - last.oldEnd < shownBelow) {
      last.oldEnd = change.oldEnd;
      last.newEnd = change.newEnd;
    } else hunks.push({ ...change });
  }
  return hunks;
}
