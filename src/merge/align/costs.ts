/**
 * What a placement costs, in hundredths of one ordinary line out of place. Only differences matter: the
 * cheapest placement is taken when every placement that gives another text costs `margin` more.
 */
export const costs = {
  /** A match by each tier. `misquoted` comes on top of what the difference itself costs. */
  exact: 0,
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

  /** An edit line that stands nowhere in the source has to be new: the same in every placement. */
  fresh: 10,
  /** An edit line taken as new although the source has it: once, a few times, often. */
  freshThoughUnique: 40,
  freshThoughRare: 25,
  freshThoughCommon: 14,
  freshThoughFrequent: 10,
  /** Times as much where every line of the block stands in the source. */
  freshThoughAllKnown: 3,
  /** A new line that declares a name which the source declares too. */
  declaredAgain: 350,
  redeclared: 10,
  /** On top for a block's first or last line: it is there to tell the place. */
  freshEdgeUnique: 250,
  freshEdge: 100,
  freshWeak: 8,
  freshBlank: 4,
  freshAbbreviated: 500,

  /** Source lines that go because two edit lines meet: to begin with, and per line. */
  removeOpen: 40,
  removeLine: 30,
  /** Source lines that new lines replace. */
  replaceOpen: 0,
  replaceLine: 25,
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
  edgeRunTells: 150,
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
} as const;

/** How much cheaper than every different text a placement must be to be taken. */
export const margin = 36;

/** Beyond any real cost; two of them still fit in 31 bits. */
export const infinity = 500_000_000;
