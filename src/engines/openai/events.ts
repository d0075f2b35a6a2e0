import { createParser } from "eventsource-parser";

/** The data of server-sent events, whatever the pieces they arrive in; ends at `[DONE]` or with the text. */
export async function* readEvents(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  const waiting: string[] = [];
  const parser = createParser({ onEvent: (event) => waiting.push(event.data) });
  for await (const piece of pieces) {
    parser.feed(piece);
    for (let data = waiting.shift(); data !== undefined; data = waiting.shift()) {
      if (data === "[DONE]") return;
      yield data;
    }
  }
}
