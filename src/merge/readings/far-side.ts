import { limits } from "../align/costs.ts";
import type { Placement } from "../align/placements.ts";
import type { Placing } from "../placing.ts";
import type { Built } from "../proof/build.ts";
import type { Reading } from "./reading.ts";

export const farSide: Reading = {
  name: "far-side",
  why: "its new lines may go before or after the lines that the edit leaves out",
  find: (placing, best) => farSides(placing, best.placement, best.open),
};

/** The texts of a placement with one of its `open` runs of new lines on the far side of the lines left out. */
export function farSides({ draw }: Placing, placement: Placement, open: number): Built[] {
  return Array.from({ length: Math.min(open, limits.farSides) }, (_, gap) =>
    draw(placement, { gap }),
  );
}
