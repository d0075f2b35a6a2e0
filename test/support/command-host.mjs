/**
 * Runs command lines of `redraft` one after another in one process: `node command-host.mjs <module of cli/run>`. A message holds
 * the words, the folder, the environment and the input; the answer holds the exit code and what was printed.
 */
import { Readable } from "node:stream";

const { run } = await import(process.argv[2]);
const chunkBytes = 1 << 16;

/** Standard input as a pipe would give it. */
function inputOf(bytes) {
  const input = new Readable({ read() {} });
  for (let at = 0; at < bytes.length; at += chunkBytes)
    input.push(bytes.subarray(at, at + chunkBytes));
  input.push(null);
  return input;
}

let printed;
for (const name of ["stdout", "stderr"]) {
  // Also where the tests are started on a terminal: what is printed here is caught.
  process[name].isTTY = false;
  process[name].write = (chunk, encoding, done) => {
    printed[name].push(typeof chunk === "string" ? Buffer.from(chunk) : chunk);
    const callback = typeof encoding === "function" ? encoding : done;
    if (callback !== undefined) queueMicrotask(callback);
    return true;
  };
}

async function answer({ words, cwd, env, stdin }) {
  printed = { stdout: [], stderr: [] };
  process.chdir(cwd);
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, env);
  process.exitCode = undefined;
  const value = inputOf(Buffer.from(stdin));
  Object.defineProperty(process, "stdin", { value, configurable: true });
  const code = await run(words);
  process.exitCode = undefined;
  process.stdout.removeAllListeners("error");
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.removeAllListeners(signal);
  return {
    code,
    stdout: Buffer.concat(printed.stdout).toString(),
    stderr: Buffer.concat(printed.stderr).toString(),
  };
}

let queue = Promise.resolve();
process.on("message", ({ id, ...command }) => {
  queue = queue.then(async () => process.send({ id, answer: await answer(command) }));
});
process.on("disconnect", () => process.exit());
