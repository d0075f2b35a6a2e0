import { withReplaced } from "../placing.ts";
import type { Reading } from "./reading.ts";

export const perhapsReplaced: Reading = {
  name: "perhaps-replaced",
  why: "its new lines may replace the lines next to them or be added beside them",
  *find({ draw, replaceable }, best) {
    const perhaps = replaceable(best);
    if (perhaps.length > 0) yield draw(withReplaced(best.placement, perhaps));
  },
};
