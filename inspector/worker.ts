import { type MergeQuestion, viewMerge } from "../src/inspect/view-merge.ts";

/** The merge runs here, so that the page stays responsive while it does. */
const scope = globalThis as unknown as {
  onmessage: ((event: MessageEvent<MergeQuestion>) => void) | null;
  postMessage(answer: unknown): void;
};
scope.onmessage = ({ data }) => {
  scope.postMessage(viewMerge(data, () => performance.now()));
};
