import type { Way } from "../../instruct/request.ts";
import {
  type MeasuredModel,
  type WayCell,
  type WayFacts,
  type WayTable,
  type WayTally,
  wayByTable,
} from "../../instruct/way-table.ts";
import type { Outcome } from "./state.ts";

/** Bounds between the cells of the table, in lines of all files. */
const lineBounds = [60, 200] as const;

/** The benchmark's names of the ways that the product takes; the first that was measured counts. */
const measuredAs: Readonly<Record<Way, readonly string[]>> = {
  rewrite: ["rewrite+prediction", "rewrite"],
  cascade: ["sketch+retry", "sketch"],
  "search-replace": ["search-replace+retry", "search-replace"],
  region: ["region"],
};

/** What the product would have come to in one case, by each of its ways. */
export interface CaseWays {
  readonly key: string;
  readonly model: string;
  readonly set: string;
  readonly facts: WayFacts;
  readonly ways: ReadonlyMap<Way, { readonly right: boolean; readonly own: number }>;
}

/** The cases of a state as the product would make them: what stays refused is rewritten, and both are paid for. */
export function productCases(outcomes: readonly Outcome[]): CaseWays[] {
  const groups = new Map<string, Outcome[]>();
  for (const one of outcomes) {
    const key = JSON.stringify([one.model, one.set, one.case]);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups].map(([key, group]) => {
    const { model, set, parameters, lines, files, named } = group[0]!;
    const ways = new Map<Way, { right: boolean; own: number }>();
    const rewrite = measured(group, "rewrite");
    for (const way of Object.keys(measuredAs) as Way[]) {
      const own = measured(group, way);
      if (own === undefined || (way === "region" && !named)) continue;
      const again = way !== "rewrite" && own.code !== undefined ? rewrite : undefined;
      ways.set(way, {
        right: again?.right ?? own.right,
        own: ownTokens(own) + (again ? ownTokens(again) : 0),
      });
    }
    return { key, model, set, facts: { parameters, lines, severalFiles: files > 1, named }, ways };
  });
}

const measured = (group: readonly Outcome[], way: Way): Outcome | undefined =>
  measuredAs[way].flatMap((name) => group.find((one) => one.way === name) ?? [])[0];

/** Tokens that took a pass each. Plain decoding drafts nothing. */
const ownTokens = ({ outputTokens, acceptedTokens }: Outcome): number =>
  outputTokens - acceptedTokens;

/** The table of these cases, for `--via auto`. */
export function fitWays(cases: readonly CaseWays[]): WayTable {
  const names = [...new Set(cases.map(({ model }) => model))].sort();
  return { models: names.map((model) => measuredModel(model, cases)) };
}

function measuredModel(model: string, cases: readonly CaseWays[]): MeasuredModel {
  const own = cases.filter((one) => one.model === model);
  const edges = [0, ...lineBounds, null];
  const cells: WayCell[] = [];
  for (const severalFiles of [false, true]) {
    for (const named of [false, true]) {
      for (let at = 0; at + 1 < edges.length; at++) {
        const from = edges[at]!;
        const to = edges[at + 1]!;
        const here = own.filter(
          ({ facts }) =>
            facts.severalFiles === severalFiles &&
            facts.named === named &&
            facts.lines >= from &&
            (to === null || facts.lines < to),
        );
        if (here.length > 0) cells.push({ from, to, severalFiles, named, ways: tallies(here) });
      }
    }
  }
  return { model, parameters: own[0]!.facts.parameters, cells };
}

function tallies(cases: readonly CaseWays[]): WayCell["ways"] {
  const all: Partial<Record<Way, WayTally>> = {};
  for (const { ways } of cases) {
    for (const [way, { right, own }] of ways) {
      const sum = all[way] ?? { cases: 0, right: 0, own: 0 };
      all[way] = {
        cases: sum.cases + 1,
        right: sum.right + (right ? 1 : 0),
        own: sum.own + own,
      };
    }
  }
  return all;
}

export interface Regret {
  readonly model: string;
  readonly set: string;
  readonly cases: number;
  /** Right by the way that `auto` takes, by the way that is best on the whole set, and by the best way of each case. */
  readonly auto: number;
  readonly bestFixed: number;
  readonly bestFixedWay: Way;
  readonly bestEach: number;
  /** Tokens that took a pass each, of all cases. */
  readonly autoOwn: number;
  readonly bestFixedOwn: number;
  readonly bestEachOwn: number;
}

/**
 * What `auto` loses against the best way of each case. The table that it asks is fitted on the other cases of the model, so no case
 * helps to choose its own way.
 */
export function regretOf(cases: readonly CaseWays[]): Regret[] {
  const groups = new Map<string, CaseWays[]>();
  for (const one of cases) {
    const key = JSON.stringify([one.model, one.set]);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()].map((group) => {
    const { model, set } = group[0]!;
    const others = cases.filter((one) => one.model === model);
    const chosen = group.map((one) => {
      const table = fitWays(others.filter(({ key }) => key !== one.key));
      const way = wayByTable(table, one.facts)?.way ?? "rewrite";
      return one.ways.get(way) ?? best([...one.ways.values()]);
    });
    const fixed = fixedWays(group);
    const each = group.map((one) => best([...one.ways.values()]));
    return {
      model,
      set,
      cases: group.length,
      auto: right(chosen),
      bestFixed: right(fixed.taken),
      bestFixedWay: fixed.way,
      bestEach: right(each),
      autoOwn: written(chosen),
      bestFixedOwn: written(fixed.taken),
      bestEachOwn: written(each),
    };
  });
}

interface Taken {
  readonly right: boolean;
  readonly own: number;
}

const right = (all: readonly Taken[]): number => all.filter((one) => one.right).length;
const written = (all: readonly Taken[]): number => all.reduce((sum, { own }) => sum + own, 0);

/** Right before wrong, then the one that writes least. */
const best = (all: readonly Taken[]): Taken =>
  all.reduce((a, b) => (b.right === a.right ? (b.own < a.own ? b : a) : b.right ? b : a));

/** The one way that is best on the whole set; where it is not to be had, the case is rewritten. */
function fixedWays(group: readonly CaseWays[]): { way: Way; taken: readonly Taken[] } {
  const forms = (Object.keys(measuredAs) as Way[]).flatMap((way) => {
    const taken = group.flatMap(({ ways }) => ways.get(way) ?? ways.get("rewrite") ?? []);
    return taken.length === group.length ? [{ way, taken }] : [];
  });
  return forms.reduce((a, b) =>
    right(b.taken) > right(a.taken) ||
    (right(b.taken) === right(a.taken) && written(b.taken) < written(a.taken))
      ? b
      : a,
  );
}
