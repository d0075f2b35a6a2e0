/**
 * Every number by which the merge decides is in this file. `redraft bench apply --ablate` halves and doubles each of them
 * and reports the edits whose answer changes; the table is in docs/internals/merge.md.
 */

/**
 * What a placement costs, in points without a unit of their own: a removed line costs 30. Only differences matter: the
 * cheapest placement is taken when every placement that gives another text costs `limits.margin` more.
 */
export const costs = {
  /** A match by each tier except an exact one. `misquoted` is added to what the difference itself costs. */
  trailing: 6,
  indent: 15,
  /** A brace or the like at another depth than the rest of its block implies: most likely another brace. */
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

  /** An edit line that is not in the source must be new: the cost is the same in every placement. */
  added: 10,
  /** An edit line taken as new although the source has it: once, a few times, often. */
  addedThoughUnique: 40,
  addedThoughRare: 25,
  addedThoughCommon: 14,
  addedThoughFrequent: 10,
  /** The factor where every line of the block is in the source. */
  addedThoughAllKnown: 3,
  /** A new line that declares a name which the source declares too; a match with the source line that declares it. */
  declaredAgain: 350,
  redeclared: 10,
  /** On top for the first or last line of a block, which is there to identify the place. */
  addedEdgeUnique: 250,
  addedEdge: 100,
  addedWeak: 8,
  addedBlank: 4,
  addedAbbreviated: 500,

  /** Source lines removed because two edit lines are adjacent: a fixed cost, and a cost per line. */
  removeOpen: 40,
  removeLine: 30,
  /** Many lines: a rewritten function is one change, not sixty. */
  removeManyOpen: 250,
  replaceManyOpen: 250,
  manyLine: 10,
  /** A source line that a comment in the edit says is removed; and such a comment where nothing is removed. */
  announcedLine: 4,
  announcedNothing: 150,
  announcedAtEdge: 100,
  /** Source lines that an explicit edit left out between two of its lines; they stay. */
  omittedOpen: 100,
  omittedLine: 40,
  /** A removed blank line, per line, whatever the reason. */
  blankLine: 8,

  /** The file's first or last lines removed by leaving them out: more often a marker was forgotten. */
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
  /** A context line at a block's edge, matched apart from the lines beside it; the same where the run occurs once. */
  edgeRun: 30,
  edgeRunSure: 80,
  /** On top for the first line with words of such a run, after braces and the like. */
  edgeRunWords: 150,
  /** A block of which no line is in the source. */
  unknownBlock: 500,
  /** The highest credible cost per line with words that was found; and where new lines are at the edges of blocks. */
  otherFile: 700,
  otherFileLoose: 200,
  /** A part placed above every line that its format names as its header, or behind the scope of each. */
  aboveHeader: 150,
  behindHeader: 60,
  /** An elision of no lines. */
  emptyElision: 60,
  /** An elision that leaves the scope in which it begins; indentation shows where a scope ends. */
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
  /** How much more than the best one a placement may cost to be tried for another text... */
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
  /** Placements that cost more than the best one by more than this may be missing from the search. */
  kept: 300,
  /** Above this cost, an edit that changes nothing is not taken for one that was applied before. */
  idleCost: 60,

  /** Placements tried for another text; and for one that costs more but may be meant. */
  searched: 48,
  suspected: 100,
  /** Other texts kept for ranking; and runs of new lines beside omitted ones that are tried on the far side. */
  rivals: 5,
  farSides: 3,
  /** Lines with words in a block that only shows where something is removed. */
  idleWords: 2,
  /** The least number, and share, of copies among the lines with words that only one of two readings includes. */
  copies: 2,
  copyShare: 0.4,
  /** Lines beyond a block in which the lines at its edge are searched again. */
  outwardLines: 40,
  /** Lines with something in them that a diff may leave out between its new lines and the file's edge. */
  edgeInsertLines: 2,

  /** The most occurrences in the source of a rare line, and of a common one; a more frequent line is everywhere. */
  rarePlaces: 3,
  commonPlaces: 10,
  /** Lines with more occurrences in the file say nothing about the scope that they are in. */
  scopePlaces: 4,
  /** From this share of its lines on, a new scope is a copy of one of the file. */
  scopeCopyShare: 0.5,
  /** Lines of a run at a block's edge that count: few edits show more as context. */
  edgeRunLines: 3,
  /** Consecutive lines with one possible place that become one row: fewer of them may be a copy of lines elsewhere. */
  chainLines: 5,
  /** A context line may differ from the file's in one of this many characters, and in this many at most. */
  misquotedOneIn: 6,
  misquotedCharacters: 100,
  /** The same for a line that was changed since the edit was written. */
  changedOneIn: 4,
  /** Lines left out of an explicit edit that are searched for one that was changed. */
  omittedLines: 200,

  /** Source lines tried beyond a block's edge, in addition to as many as it has new lines. */
  beyondLines: 4,
  /** New lines this near a block's edge may have been moved there from right beyond it. */
  movedLines: 3,
  /** Dice coefficients of a line that is the same with a typing error corrected, and of one that may be its new version. */
  sameLikeness: 0.85,
  newerLikeness: 0.6,
  /** The least words of a comment to be recognised again; and of a line for a longer line to be its new version. */
  commentWords: 5,
  grownWords: 3,

  /** Replaced lines that are compared with the new ones, and the Dice coefficient from which two are alike. */
  replacedLines: 200,
  replacedLikeness: 0.75,

  /** Indented lines inspected on each side of a place where the file's style is mixed; and the least that make a style. */
  habitLines: 4,
  leastHabit: 2,
};

/**
 * Bounds on work, in cells of a table, pairs of lines or steps of `text/budget.ts`: beyond them an edit is refused, or a
 * stretch is taken as replaced whole. And the first estimate of the best placement's cost, which is corrected if it is wrong.
 */
export const bounds = {
  /** Edit lines times source lines, and equal pairs of them, beyond which placing would take too long. */
  cells: 60_000_000,
  pairs: 1_000_000,
  /** Steps that placing one edit may take, about half a second. */
  steps: 15_000_000,
  /** Cells of the table in which a block is traced line by line. */
  traceCells: 3_000_000,
  /** The estimated cost of the best placement above the lower bound, once and per block. */
  spare: 300,
  sparePerBlock: 60,
  /** Places where a change among equal lines may lie, and changes that are compared in a merge with a base. */
  slides: 200,
  scans: 64,
} as const;

/** Beyond any real cost; two of them still fit in 31 bits. */
export const infinity = 500_000_000;
