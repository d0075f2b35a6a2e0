/** One request of the load: what to send, and whether the answer is right. */
export interface LoadRequest {
  readonly kind: string;
  readonly path: string;
  readonly body: unknown;
  check(answer: unknown): boolean;
}

export interface LoadOptions {
  readonly url: string;
  readonly clients: number;
  readonly ms: number;
  /** The `index`-th request of a client. */
  readonly next: (client: number, index: number) => LoadRequest;
}

export interface KindReport {
  readonly kind: string;
  readonly done: number;
  readonly perSecond: number;
  /** Milliseconds; of answered requests, the waits for a place included. */
  readonly p50: number;
  readonly p95: number;
}

export interface LoadReport {
  readonly kinds: readonly KindReport[];
  readonly done: number;
  readonly perSecond: number;
  /** Answers 429 and 503: the client waits as told and asks again. */
  readonly turnedAway: number;
  /** Everything else that went wrong, by what it was. */
  readonly errors: Readonly<Record<string, number>>;
  /** Answered requests of the client that got least, and of the one that got most. */
  readonly leastServed: number;
  readonly mostServed: number;
}

/** Lets clients ask one request after the other until the time is up, all at once. */
export async function runLoad(options: LoadOptions): Promise<LoadReport> {
  const started = performance.now();
  const until = started + options.ms;
  const times = new Map<string, number[]>();
  const served = new Array<number>(options.clients).fill(0);
  const errors: Record<string, number> = {};
  let turnedAway = 0;
  const fail = (what: string): void => {
    errors[what] = (errors[what] ?? 0) + 1;
  };

  async function ask(client: number, request: LoadRequest): Promise<void> {
    const from = performance.now();
    while (performance.now() < until) {
      const response = await fetch(`${options.url}${request.path}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(request.body),
      });
      const text = await response.text();
      if (response.status === 429 || response.status === 503) {
        turnedAway += 1;
        const seconds = Number(response.headers.get("retry-after") ?? "1");
        await new Promise((resolve) => setTimeout(resolve, seconds * 1000 * (0.5 + Math.random())));
        continue;
      }
      if (response.status !== 200) {
        fail(`${request.kind}: status ${response.status} ${text.slice(0, 120)}`);
        return;
      }
      if (!request.check(JSON.parse(text))) {
        fail(`${request.kind}: wrong answer ${text.slice(0, 300)}`);
        return;
      }
      served[client]! += 1;
      const list = times.get(request.kind) ?? [];
      times.set(request.kind, list);
      list.push(performance.now() - from);
      return;
    }
  }

  await Promise.all(
    served.map(async (_, client) => {
      for (let index = 0; performance.now() < until; index += 1) {
        await ask(client, options.next(client, index)).catch((error: unknown) =>
          fail(`connection: ${(error as { cause?: Error }).cause?.message ?? String(error)}`),
        );
      }
    }),
  );
  const seconds = (performance.now() - started) / 1000;
  const kinds = [...times].map(([kind, list]) => {
    const sorted = list.sort((a, b) => a - b);
    const at = (share: number): number =>
      sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
    return {
      kind,
      done: list.length,
      perSecond: list.length / seconds,
      p50: at(0.5),
      p95: at(0.95),
    };
  });
  const done = kinds.reduce((sum, kind) => sum + kind.done, 0);
  return {
    kinds: kinds.sort((a, b) => a.kind.localeCompare(b.kind)),
    done,
    perSecond: done / seconds,
    turnedAway,
    errors,
    leastServed: Math.min(...served),
    mostServed: Math.max(...served),
  };
}

/** A file of numbered functions, and an update that changes one of them. */
export function applyRequest(client: number, index: number): LoadRequest {
  const count = 20 + (client % 5) * 40;
  const functions = Array.from(
    { length: count },
    (_, n) => `function f${n}(a) {\n  const x${n} = a + ${n};\n  return x${n};\n}\n`,
  );
  const chosen = 1 + ((client * 7 + index * 13) % (count - 2));
  const code = functions.join("\n");
  const changed = functions[chosen]!.replace(`a + ${chosen}`, `a * ${chosen} + ${index}`);
  const prompt = `<instruction>I change f${chosen}.</instruction>\n<code>${code}</code>\n<update>// ... existing code ...\n\n${changed}\n// ... existing code ...\n</update>`;
  const expected = functions.with(chosen, changed).join("\n");
  return {
    kind: "apply",
    path: "/v1/completions",
    body: { model: "auto", prompt },
    check: (answer) => (answer as { choices: { text: string }[] }).choices[0]?.text === expected,
  };
}
