import { script } from "virtual:worker";
import type { MergeAnswer, MergeQuestion, MergeView } from "../src/inspect/view-merge.ts";

/** Asks the worker; a newer question makes the answers to older ones void. */
export interface Merger {
  ask(question: Omit<MergeQuestion, "id">): void;
}

const noAnswer: MergeView = {
  kind: "refused",
  code: "check-failed",
  message:
    "The merge ended without an answer: the texts are probably too large for this browser's memory. Use redraft apply.",
  editLines: [],
  fileLines: [],
};

export function createMerger(onAnswer: (answer: MergeAnswer) => void): Merger {
  let last = 0;
  let answered = 0;
  let worker = open();

  function open(): Worker {
    // From a blob, since a page that is a file may not start a worker from another one.
    const url = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
    const made = new Worker(url);
    made.onmessage = ({ data }: MessageEvent<MergeAnswer>) => {
      if (data.id !== last) return;
      answered = data.id;
      onAnswer(data);
    };
    made.onerror = () => {
      answered = last;
      onAnswer({ id: last, ms: { merge: 0, picture: 0 }, view: noAnswer });
    };
    return made;
  }

  return {
    ask(question) {
      if (answered !== last) {
        // Nobody waits for the merge of an older text.
        worker.terminate();
        worker = open();
      }
      last += 1;
      worker.postMessage({ ...question, id: last } satisfies MergeQuestion);
    },
  };
}
