/** Asks `/health` of the address given, every 20 ms on a new connection, and prints what each took in ms; -1 = no answer. */
import { request } from "node:http";

const url = new URL(process.argv[2]!);

function ask(): Promise<number> {
  return new Promise((resolve) => {
    const from = performance.now();
    const asking = request({ host: url.hostname, port: url.port, path: "/health", agent: false });
    asking.on("response", (response) => {
      response.resume();
      const ok = response.statusCode === 200;
      response.on("end", () => resolve(ok ? performance.now() - from : -1));
    });
    asking.on("error", () => resolve(-1));
    asking.end();
  });
}

for (;;) {
  process.stdout.write(`${(await ask()).toFixed(2)}\n`);
  await new Promise((resolve) => setTimeout(resolve, 20));
}
