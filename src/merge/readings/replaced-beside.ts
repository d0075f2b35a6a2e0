/** Lines beside a block that its new lines replace: how far out, and whether that is certain. */
export interface ReplacedBeside {
  readonly block: number;
  readonly side: "start" | "end";
  /** The block's range ends there instead. */
  readonly position: number;
  readonly isSure: boolean;
}
