/** Why a loop cannot get a form. `offset`: the place in the text that shows it. */
export class LoopRefusal extends Error {
  readonly offset: number | undefined;
  /** The loop is not of the shape that the form is for, which is no reason to report beside others. */
  readonly isOtherShape: boolean;

  constructor(why: string, offset?: number, isOtherShape = false) {
    super(why);
    this.offset = offset;
    this.isOtherShape = isOtherShape;
  }
}

/** The loop has another shape than the form needs. */
export function otherShape(why: string, offset?: number): never {
  throw new LoopRefusal(why, offset, true);
}

export function refuseLoop(why: string, at?: { readonly startIndex: number }): never {
  throw new LoopRefusal(why, at?.startIndex);
}
