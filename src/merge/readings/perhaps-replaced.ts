import { withReplaced } from "../placing.ts";
import type { Reading } from "./reading.ts";

export const perhapsReplaced: Reading = {
  name: "perhaps-replaced",
  why: "lines of the file beside a block resemble its new lines: they may be their earlier version",
  *find({ draw, replaceable }, best) {
    const perhaps = replaceable(best);
    if (perhaps.length > 0) yield draw(withReplaced(best.placement, perhaps));
  },
};
