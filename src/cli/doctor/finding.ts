/** One line of `redraft doctor`. */
export interface Finding {
  readonly name: string;
  readonly status: "ok" | "warn" | "fail";
  readonly text: string;
  /** What to do. */
  readonly cure?: string;
}

/** Looks at one part of the installation. What it throws is a failure. */
export type Examine = () => Promise<readonly Omit<Finding, "name">[]>;
