import type { OpeningStep } from "../engines/llama/target.ts";
import type { InstructEvent } from "../instruct/edit-files.ts";
import { roundTime } from "./durations.ts";
import type { LiveLine } from "./live-line.ts";

/** What a person at a terminal sees while a model works. */
export interface EditView {
  opening(step: OpeningStep, share: number): void;
  event(event: InstructEvent): void;
  /** Removes the live line until the next event. */
  pause(): void;
  /** Removes the live line for good. */
  end(): void;
}

type Asked = Extract<InstructEvent, { readonly type: "asked" }>;

/** From this many seconds on, what is expected is said before the work begins. */
const longRun = 15;
/** Tokens that are written before a speed is shown: the first ones come with the prompt. */
const enough = 10;

/** What one answer is at. */
interface Writing {
  readonly asked: Asked;
  readonly startedAt: number;
  firstAt?: number;
  text: string;
  tokens: number;
  accepted: number;
  /** False where the server counts no tokens. */
  isCounted: boolean;
}

export function editView(
  line: LiveLine,
  { model, now = () => performance.now() }: { readonly model: string; readonly now?: () => number },
): EditView {
  let writing: Writing | undefined;
  let timer: NodeJS.Timeout | undefined;
  const stop = (): void => {
    clearInterval(timer);
    timer = undefined;
  };

  function draw(): void {
    if (writing !== undefined) line.show(writingLine(writing, now()));
  }

  return {
    opening(step, share) {
      line.show(openingLine(model, step, share));
    },
    event(event) {
      switch (event.type) {
        case "asked":
          writing = {
            asked: event,
            startedAt: now(),
            text: "",
            tokens: 0,
            accepted: 0,
            isCounted: false,
          };
          if ((event.seconds ?? 0) >= longRun) line.keep(`${forecastLine(event)}\n`);
          stop();
          // Reading a prompt reports nothing: the clock shows that it is at work.
          timer = setInterval(draw, 250);
          timer.unref();
          draw();
          return;
        case "text":
          if (writing === undefined) return;
          if (event.text !== "") writing.firstAt ??= now();
          writing.text += event.text;
          writing.tokens += event.tokens ?? 0;
          writing.accepted += event.accepted ?? 0;
          writing.isCounted ||= event.tokens !== undefined;
          draw();
          return;
        case "refused":
          line.keep(`${event.path || "a block"}: refused, asked once more: ${event.message}\n`);
          return;
        case "edited":
          return;
      }
    },
    pause: line.clear,
    end() {
      stop();
      line.clear();
    },
  };
}

/** What the opening of a local model is at. */
export function openingLine(model: string, step: OpeningStep, share: number): string {
  const percent = `${Math.floor(100 * share)} %`;
  return step === "load"
    ? `loading ${model}: ${percent}`
    : `measuring this machine, once: ${percent}`;
}

/** What is expected of a long run, and what may be shorter. */
function forecastLine({ via, paths, promptTokens, outputTokens, seconds }: Asked): string {
  const shorter =
    via === "rewrite"
      ? "; shorter if the instruction names one function (--via region)"
      : via !== "region"
        ? "; --via rewrite drafts from the source"
        : "";
  return `${paths.join(", ")}: about ${roundTime(seconds!)} on this machine (${promptTokens} tokens to read, about ${outputTokens} to write)${shorter}`;
}

function writingLine(writing: Writing, time: number): string {
  const { asked, startedAt, firstAt, tokens, accepted } = writing;
  const where = `${fileOf(writing)}${asked.lines ? `:${asked.lines.join("-")}` : ""}`;
  if (firstAt === undefined) {
    const passed = Math.floor((time - startedAt) / 1000);
    return `${where}: reading ${asked.promptTokens} tokens, ${passed} s`;
  }
  const first = `first after ${((firstAt - startedAt) / 1000).toFixed(1)} s`;
  if (!writing.isCounted) return `${where}: ${writing.text.length} characters written, ${first}`;
  const passed = (time - firstAt) / 1000;
  const speed = tokens >= enough && passed > 0 ? tokens / passed : 0;
  const parts = [`${where}: ${tokens} of about ${asked.outputTokens} tokens`];
  if (tokens > 0) parts.push(`${Math.round((100 * accepted) / tokens)} % drafted`);
  if (speed > 0) parts.push(`${speed.toFixed(1)} tokens/s`);
  if (speed > 0 && tokens < asked.outputTokens) {
    parts.push(`about ${roundTime((asked.outputTokens - tokens) / speed)} left`);
  }
  return [...parts, first].join(", ");
}

/** The file that is written now: the last one whose block was opened. */
function fileOf({ asked, text }: Writing): string {
  const blocks = [
    ...text.matchAll(/<updated_file path="([^"\n]{1,300})">|<target_file>([^<\n]{1,300})</g),
  ];
  const last = blocks.at(-1);
  return last?.[1] ?? last?.[2] ?? asked.paths.join(", ");
}
