import { bareEdges } from "./edge-inserts.ts";
import type { Reading } from "./reading.ts";

export const fileEdge: Reading = {
  name: "at-file-edge",
  why: "a diff shows no context on the outer side of its new lines, near the file's edge: they may belong at that edge",
  *find({ lines, shape, edit, draw }, { placement }) {
    for (const edge of bareEdges(lines, shape, placement, edit.format)) {
      yield draw(placement, { edge });
    }
  },
};
