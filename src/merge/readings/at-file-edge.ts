import { edgeInserts } from "./edge-inserts.ts";
import type { Reading } from "./reading.ts";

export const fileEdge: Reading = {
  name: "at-file-edge",
  why: "its new lines may belong at the start or end of the file",
  *find({ lines, shape, edit, draw }, { placement }) {
    for (const edge of edgeInserts(lines, shape, placement, edit.format)) {
      yield draw(placement, { edge });
    }
  },
};
