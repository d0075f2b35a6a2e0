import { findLibrary } from "../../src/engines/llama/library.ts";

/** Whether the optional native package is there: without it tests on real weights have nothing to run. */
export const hasEngine: boolean = (() => {
  try {
    findLibrary();
    return true;
  } catch {
    return false;
  }
})();
