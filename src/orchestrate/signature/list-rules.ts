import { RedraftError } from "../../core/errors.ts";
import type { NameLanguage } from "../index/languages.ts";
import type { BoundName } from "./bound-names.ts";
import type { Parameter } from "./parameters.ts";

const refuse = (why: string): never => {
  throw new RedraftError("usage", `${why}. Nothing was written.`);
};

const isPattern = ({ name }: Parameter): boolean => /^[{[]/u.test(name);

/**
 * Gives a pattern of the new list the name of the pattern of the old one that it takes the place of: one that binds a name of it, or
 * the only one that is left.
 *
 * @throws `usage` where several added into question
 */
export function alignPatterns(
  before: readonly Parameter[],
  after: readonly Parameter[],
): readonly Parameter[] {
  const isNew = (one: Parameter): boolean => !before.some(({ name }) => name === one.name);
  const open = before.filter(
    (one) => isPattern(one) && !after.some(({ name }) => name === one.name),
  );
  const added = after.filter((one) => isPattern(one) && isNew(one));
  return after.map((one) => {
    if (!added.includes(one) || open.length === 0) return one;
    const sharing = open.filter((other) => sharedNames(other, one).length > 0);
    const rest = sharing.length > 0 ? sharing : open;
    if (rest.length > 1 || (sharing.length === 0 && added.length > 1))
      return refuse(
        `It is not clear which parameter \`${one.text}\` takes the place of: change one pattern at a time`,
      );
    return { ...one, name: rest[0]!.name };
  });
}

const sharedNames = (one: Parameter, other: Parameter): BoundName[] =>
  one.bound.filter(({ name }) => other.bound.some((two) => two.name === name));

/**
 * A list that runs, in which every name means what it meant: what takes further arguments still does, and a default does not use what is
 * not set yet, not there any more, or another variable than before.
 *
 * @throws `usage`
 */
export function requireList(
  before: readonly Parameter[],
  after: readonly Parameter[],
  language: NameLanguage,
): void {
  requireOrder(after, language);
  for (const one of after) {
    const old = before.find(({ name }) => name === one.name);
    if (old && old.kind !== one.kind)
      refuse(
        `\`${one.text}\` takes other arguments than \`${old.text}\`: give a parameter that takes further arguments another name when it becomes one that does not, and the other way round`,
      );
    if (old && isPattern(old)) requirePattern(old, one);
  }
  requireFurther(before, after);
  requireOwners(before, after);
  if (language === "script") requireDefaults(before, after);
}

/** What a parameter took and further arguments take from now on, or the other way round, would get lost or another value. */
function requireFurther(before: readonly Parameter[], after: readonly Parameter[]): void {
  const lacks = (list: readonly Parameter[], { name }: Parameter): boolean =>
    !list.some((one) => one.name === name);
  const left = before.filter((one) => lacks(after, one));
  const added = after.filter((one) => lacks(before, one));
  const pairs = [
    [left, added],
    [added, left],
  ] as const;
  for (const [some, others] of pairs) {
    const rest = some.find(({ kind }) => kind === "rest");
    const single = others.find(({ kind }) => kind === "one");
    if (rest && single)
      refuse(
        `Whether \`${rest.text}\` and \`${single.text}\` take the same arguments is not said: change one of them at a time`,
      );
  }
}

function requireOrder(after: readonly Parameter[], language: NameLanguage): void {
  for (const [at, { kind, text }] of after.entries()) {
    const next = after[at + 1];
    if (!next) continue;
    if (kind === "rest" && (language !== "python" || next.kind === "rest"))
      refuse(`\`${text}\` takes further arguments, so it has to be the last`);
    if (kind === "keywords") refuse(`\`${text}\` has to be the last`);
    if (next.kind === "this") refuse("`this` has to be the first");
  }
  if (language !== "python") return;
  const inOrder = after.filter(({ kind, only }) => kind === "one" && only !== "name");
  const first = inOrder.findIndex(({ fallback }) => fallback !== undefined);
  const late = first < 0 ? undefined : inOrder.slice(first).find((one) => !hasDefault(one));
  if (late) refuse(`\`${late.name}\` has no default, and comes after one that has`);
}

const hasDefault = ({ fallback }: Parameter): boolean => fallback !== undefined;

/** Calls pass the object as it is: so the new pattern must find in it what the old one found. */
function requirePattern(old: Parameter, next: Parameter): void {
  for (const { name, hasDefault: mayLack, path } of next.bound) {
    const known = old.bound.find((one) => one.name === name);
    if (known && known.path !== path)
      refuse(`\`${name}\` of \`${next.text}\` is another part of what calls pass than before`);
    if (!mayLack && known?.hasDefault)
      refuse(`\`${name}\` of \`${next.text}\` has no default any more, and calls may leave it out`);
    if (!known && !mayLack)
      refuse(`\`${name}\` of \`${next.text}\` is new, and no call passes it: give it a default`);
  }
}

/** A name is bound once, and by the parameter that bound it before. */
function requireOwners(before: readonly Parameter[], after: readonly Parameter[]): void {
  const owners = new Map<string, Parameter>();
  for (const one of after) {
    for (const { name } of one.bound) {
      if (owners.has(name)) refuse(`\`${name}\` is in the list twice`);
      owners.set(name, one);
      const old = before.find(({ bound }) => bound.some((two) => two.name === name));
      if (old && old.name !== one.name)
        refuse(
          `\`${name}\` is a part of an argument on one side and another argument on the other: \`${old.text}\`, \`${one.text}\``,
        );
    }
  }
}

function requireDefaults(before: readonly Parameter[], after: readonly Parameter[]): void {
  const names = (list: readonly Parameter[]): Set<string> =>
    new Set(list.flatMap(({ bound }) => bound.map(({ name }) => name)));
  const old = names(before);
  const all = names(after);
  const set = new Set<string>();
  for (const one of after) {
    const was = before.find(({ name }) => name === one.name);
    const isOld = was !== undefined && was.text === one.text;
    for (const name of one.usedByDefaults) {
      if (old.has(name) && !all.has(name))
        refuse(`The default of \`${one.text}\` uses \`${name}\`, which is no parameter any more`);
      const isOwn = isPattern(one) && one.bound.some((two) => two.name === name);
      if (all.has(name) && !set.has(name) && !(isOwn && isOld))
        refuse(`The default of \`${one.text}\` uses \`${name}\`, which has no value yet there`);
      if (isOld && all.has(name) && !old.has(name))
        refuse(`The default of \`${one.text}\` uses the name \`${name}\` for something else`);
    }
    for (const { name } of one.bound) set.add(name);
  }
}
