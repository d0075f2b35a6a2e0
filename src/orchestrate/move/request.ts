/** Files or folders get other paths, and every import of them follows. */
export interface MoveRequest {
  readonly moves: readonly PathMove[];
  /** What to do with places that may mean a moved file and are no import; default: refuse, and list them. */
  readonly unsure?: "refuse" | "include" | "leave" | undefined;
}

/** Paths of the repository, with `/`. */
export interface PathMove {
  readonly from: string;
  readonly to: string;
}
