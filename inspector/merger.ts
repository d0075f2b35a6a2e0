import { script } from "virtual:worker";
import type { MergeAnswer, MergeQuestion } from "../src/inspect/view-merge.ts";

/** Asks the worker; a newer question makes the answers to older ones void. */
export interface Merger {
  ask(question: Omit<MergeQuestion, "id">): void;
  /** Whether an answer is awaited. */
  readonly busy: boolean;
}

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
    return made;
  }

  return {
    ask(question) {
      if (answered !== last) {
        // The merge of an older text has no one who waits for it.
        worker.terminate();
        worker = open();
      }
      last += 1;
      worker.postMessage({ ...question, id: last } satisfies MergeQuestion);
    },
    get busy() {
      return answered !== last;
    },
  };
}
