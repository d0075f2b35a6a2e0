/**
 * Every number by which the merge decides stands in this file. \`redraft bench apply --ablate\` takes each of them at half
 * and at double and tells on which edits it decides; the table is in docs/internals/merge.md.
 */

/**
 * What a placement costs, in hundredths of one ordinary line out of place. Only differences matter: the
 * cheapest placement is taken when every placement that gives another text costs `limits.margin` more.
 */
export const costs = {
  /** A match by each tier but an exact one. `misquoted` comes on top of what the difference itself costs. */
  trailing: 6,
  indent: 15,
  /** A brace or the like at another depth than the rest of its block says: most likely another brace. */
  indentWeak: 130,
  /** A match that follows the shift of its whole block, one that does not, and an equal line in a shifted block. */
  shifted: 2,
  reindented: 45,
  unshifted: 12,
  /** Trailing blanks that differ in an edit that keeps them elsewhere. */
  trailingOnPurpose: 60,
  typography: 20,
  misquoted: 30,
  /** A misquoted line of which every character differs; in proportion to the share that does. */
  misquotedWhole: 300,

  /** An edit line that stands nowhere in the source has to be new: the same in every placement. */
  added: 10,
  /** An edit line taken as new although the source has it: once, a few times, often. */
  addedThoughUnique: 40,
  addedThoughRare: 25,
  addedThoughCommon: 14,
  addedThoughFrequent: 10,
  /** Times as much where every line of the block stands in the source. */
  addedThoughAllKnown: 3,
  /** A new line that declares a name which the source declares too. */
  declaredAgain: 350,
  redeclared: 10,
  /** On top for a block's first or last line: it is there to tell the place. */
  addedEdgeUnique: 250,
  addedEdge: 100,
  addedWeak: 8,
  addedBlank: 4,
  addedAbbreviated: 500,

  /** Source lines that go because two edit lines meet: to begin with, and per line. */
  removeOpen: 40,
  removeLine: 30,
  /** Many lines: a rewritten function is one change, not sixty. */
  removeManyOpen: 250,
  replaceManyOpen: 250,
  manyLine: 10,
  /** Source lines that a comment in the edit says are removed; and such a comment where nothing goes. */
  announcedLine: 4,
  announcedNothing: 150,
  announcedAtEdge: 100,
  /** Source lines that an explicit edit left out between two of its lines; they stay. */
  omittedOpen: 100,
  omittedLine: 40,
  /** A removed blank line, per line, whatever the reason. */
  blankLine: 8,

  /** Removal of the file's first or last lines by leaving them out: markers are forgotten more often. */
  removeAtFileEdge: 140,
  replaceAtFileEdge: 100,
  /** On top where the sketch has no marker and shows only a small part of the file. */
  fragmentEdge: 600,
  /** New lines at the edge of a block: truly new ones, blank ones, and ones that the source has. */
  loose: 60,
  looseBlank: 450,
  looseWeak: 800,
  looseThoughKnown: 1000,
  /** A blank line at the edge of a block, matched away from the line beside it that the source has too. */
  edgeBlank: 130,
  /** A line of the context at a block's edge, taken apart from the lines beside it; where it stands once. */
  edgeRun: 30,
  edgeRunSure: 80,
  /** On top for its first line with words, after braces and the like. */
  edgeRunDistinctive: 150,
  /** A block of which no line stands in the source. */
  unknownBlock: 500,
  /** More than this for each line with words that was found is too much to believe; and with new lines at edges. */
  farFetched: 700,
  farFetchedLoose: 200,
  /** A part that stands above every line which it is said to stand under, or behind the scope of each. */
  aboveHeader: 150,
  behindHeader: 60,
  /** An elision that stands for nothing. */
  emptyElision: 60,
  /** An elision that leaves the scope in which it stands: indentation says where that ends. */
  leaveScope: 45,
  /** An elision that the writer forgot at the start or the end of the file. */
  missingElision: 60,
  /** A block that does not begin at the line which a format names without being sure of it. */
  offHint: 45,
};

/** What else decides: distances in the unit of the costs, counts, and shares from 0 to 1. */
export const limits = {
  /** How much cheaper than every different text a placement must be to be taken. */
  margin: 36,
  /** How much dearer than the best one a placement may be that is looked at for another text... */
  rivalReach: 144,
  /** ...for one that removes nothing but what the edit quotes... */
  ownReach: 600,
  /** ...for one that changes something, where the best one does not... */
  idleReach: 250,
  /** ...for one that takes copies of lines in... */
  copyReach: 100,
  /** ...for one that holds a blank line at a block's edge beside its next line... */
  edgeReach: 200,
  /** ...and than the best one with the same side of a block held. */
  heldReach: 250,
  /** Placements that are dearer than the best one by more than this may be missing where one is looked for. */
  kept: 300,
  /** Cost beyond which "nothing changes" is no sign of an edit that was applied before. */
  idleCost: 60,

  /** Placements that are looked at for another text; and for one that costs more but may be meant. */
  searched: 48,
  suspected: 100,
  /** Other texts that are kept to be ranked; of runs of new lines beside omitted ones so many are tried on the far side. */
  rivals: 5,
  farSides: 3,
  /** Lines with words in a block that only shows where something else goes. */
  idleWords: 2,
  /** Copies among the lines with words that one reading takes in and the other does not: so many, and this share. */
  copies: 2,
  copyShare: 0.4,
  /** So many lines beyond a block what stands at its edge is looked for again. */
  outwardLines: 40,
  /** Lines with something in them that a diff may leave out between its new lines and the file's edge. */
  bareEdgeLines: 2,

  /** A line that stands in the source up to so many times stands there a few times; and often, not on every page. */
  rarePlaces: 3,
  commonPlaces: 10,
  /** Lines that stand in the file more often tell nothing about the scope that they are in. */
  scopePlaces: 4,
  /** From this share of its lines on, a new scope is a copy of one of the file. */
  scopeCopyShare: 0.5,
  /** Lines of a run at a block's edge that count: more are shown as context seldom. */
  edgeRunLines: 3,
  /** Lines in a row that are sure of their place from which on they are one: fewer may be a copy of what stands elsewhere. */
  chainLines: 5,
  /** One in so many of its characters may differ in a line of context from the file's, and so many at most. */
  misquotedOneIn: 6,
  misquotedCharacters: 100,
  /** The same for a line that somebody changed since the edit was written. */
  changedOneIn: 4,
  /** Lines left out of an explicit edit that are looked at for one that was changed. */
  omittedLines: 200,

  /** Source lines beyond a block's edge that are looked at, on top of as many as it has new lines. */
  beyondLines: 4,
  /** New lines this near a block's edge may have been moved there from right beyond it. */
  movedLines: 3,
  /** Dice coefficients of a line that is the same with a slip mended, and of one that may be its new version. */
  sameLikeness: 0.85,
  newerLikeness: 0.6,
  /** Words that make a comment long enough to be known again; and a line of which a longer one is a new version. */
  commentWords: 5,
  grownWords: 3,

  /** Lines that a sketch replaces which are looked at for one that is like a new line, and how like it has to be. */
  replacedLines: 200,
  replacedLikeness: 0.75,

  /** Indented lines that are looked at on each side of a place, where the file has no one habit; and that make one. */
  habitLines: 4,
  leastHabit: 2,
};

/**
 * Bounds on work, in cells of a table, pairs of lines or steps of `text/budget.ts`: beyond them an edit is refused, or a
 * stretch is taken as replaced whole. And the first guess of what the best placement costs, which is mended if it is wrong.
 */
export const bounds = {
  /** Edit lines times source lines, and equal pairs of them, beyond which placing would take too long. */
  cells: 60_000_000,
  pairs: 1_000_000,
  /** Steps that placing one edit may take, about half a second. */
  steps: 15_000_000,
  /** Cells of the table in which a block is traced line by line. */
  traceCells: 3_000_000,
  /** What the best placement is guessed to cost beyond what it must, once and per block. */
  spare: 300,
  sparePerBlock: 60,
  /** Places where a change among equal lines may lie, and changes that are compared in a merge with a base. */
  slides: 200,
  scans: 64,
} as const;

/** Beyond any real cost; two of them still fit in 31 bits. */
export const infinity = 500_000_000;
