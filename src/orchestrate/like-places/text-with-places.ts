import { firstReached } from "../../text/first-reached.ts";
import { inOrder, type LikeCandidate } from "./candidate.ts";
import { applyChanges } from "./offsets.ts";
import { type PlaceChange, render } from "./render.ts";

/** A place as it is written. */
export interface WrittenPlace {
  readonly one: LikeCandidate;
  readonly change: PlaceChange;
  /** Where its text is in the new one; undefined: what it is in was not taken over. */
  at: number | undefined;
  /** Places in its values, in order. */
  readonly inner: readonly WrittenPlace[];
}

/** A stretch of the old text with places, and where it begins in the new text. */
interface WrittenStretch {
  readonly places: readonly WrittenPlace[];
  readonly start: number;
  readonly at: number;
}

/** The text of one file with places in their new form, inner places written into the outer ones. */
export class TextWithPlaces {
  readonly text: string;
  /** The outer replacements, in order. */
  readonly changes: readonly PlaceChange[];
  private readonly whole: WrittenStretch;
  private readonly byCandidate = new Map<LikeCandidate, WrittenPlace>();

  constructor(source: string, candidates: readonly LikeCandidate[]) {
    const places = nested(candidates);
    this.changes = places.map(({ change }) => change);
    this.text = applyChanges(source, this.changes);
    this.whole = { places, start: 0, at: 0 };
    this.locate(this.whole);
  }

  placeOf(one: LikeCandidate): WrittenPlace | undefined {
    return this.byCandidate.get(one);
  }

  /** The text of a part of a place, with what is written inside of it. */
  valueOf(one: LikeCandidate, part: { readonly start: number; readonly end: number }): string {
    const { inner } = this.byCandidate.get(one)!;
    return textOfPlace(one, inner, part.start, part.end);
  }

  /** Where something of the old text is now; undefined: it is removed. */
  at(offset: number): number | undefined {
    let stretch = this.whole;
    for (;;) {
      const { places, start, at } = stretch;
      const place =
        places[firstReached(places.length, (index) => places[index]!.change.start > offset) - 1];
      if (!place) return at + offset - start;
      const { change } = place;
      if (place.at === undefined) return undefined;
      if (offset >= change.end) return place.at + change.text.length + offset - change.end;
      const kept = change.kept.find((one) => one.start <= offset && offset < one.end);
      if (!kept) return undefined;
      stretch = stretchOf(place, kept);
    }
  }

  /** The innermost place whose text has an offset of the new text. */
  placeAt(offset: number): LikeCandidate | undefined {
    let found: LikeCandidate | undefined;
    for (let places = this.whole.places; ; ) {
      const place = places[firstReached(places.length, (at) => places[at]!.at! > offset) - 1];
      if (!place || offset >= place.at! + place.change.text.length) return found;
      found = place.one;
      const own = offset - place.at!;
      const kept = place.change.kept.find(
        ({ start, end, at }) =>
          at <= own && own < at + textOfPlace(place.one, place.inner, start, end).length,
      );
      if (!kept) return found;
      places = stretchOf(place, kept).places;
      // It is the second writing of the value.
      if (places[0]?.at !== undefined && places[0].at < place.at! + kept.at) return found;
    }
  }

  private locate({ places, start, at }: WrittenStretch): void {
    let shift = at - start;
    for (const place of places) {
      const { change, one } = place;
      place.at = change.start + shift;
      shift += change.text.length - (change.end - change.start);
      this.byCandidate.set(one, place);
      // A value that is written twice is looked at where it is first.
      const seen = new Set<number>();
      for (const kept of change.kept) {
        if (seen.has(kept.start)) continue;
        seen.add(kept.start);
        this.locate(stretchOf(place, kept));
      }
    }
  }
}

function stretchOf({ at, inner }: WrittenPlace, kept: PlaceChange["kept"][number]): WrittenStretch {
  const from = firstReached(inner.length, (index) => inner[index]!.change.start >= kept.start);
  const to = firstReached(inner.length, (index) => inner[index]!.change.end > kept.end);
  return { places: inner.slice(from, to), start: kept.start, at: at! + kept.at };
}

interface OpenPlace {
  readonly one: LikeCandidate;
  readonly inner: OpenPlace[];
}

function nested(candidates: readonly LikeCandidate[]): WrittenPlace[] {
  const top: OpenPlace[] = [];
  const around: OpenPlace[] = [];
  for (const one of [...candidates].sort(inOrder)) {
    while (around.length > 0 && around.at(-1)!.one.match.end <= one.match.start) around.pop();
    const place = { one, inner: [] };
    (around.at(-1)?.inner ?? top).push(place);
    around.push(place);
  }
  return top.map(placeAsWritten);
}

function placeAsWritten({ one, inner: open }: OpenPlace): WrittenPlace {
  const { found, parsed, match, bracketed } = one;
  const inner = open.map(placeAsWritten);
  const textOf = (start: number, end: number): string => textOfPlace(one, inner, start, end);
  const change = render(found.rule, found.example, { parsed, match, textOf, bracketed });
  return { one, change, at: undefined, inner };
}

function textOfPlace(
  { parsed }: LikeCandidate,
  inner: readonly WrittenPlace[],
  start: number,
  end: number,
): string {
  const from = firstReached(inner.length, (at) => inner[at]!.change.start >= start);
  const to = firstReached(inner.length, (at) => inner[at]!.change.end > end);
  const changes = inner.slice(from, to).map(({ change }) => change);
  return applyChanges(parsed.text, changes, start, end);
}
