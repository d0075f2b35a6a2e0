// A language server for tests: every line with BUG in it is an error. Words: push (in two goes, the second after a question to
// the client), pull, crash, garbage, silent.
const [mode = "push"] = process.argv.slice(2);
let buffer = Buffer.alloc(0);
let nextId = 1000;
let shutDown = false;
const texts = new Map();
const answers = new Map();

function send(message) {
  const body = Buffer.from(JSON.stringify({ jsonrpc: "2.0", ...message }));
  process.stdout.write(`Content-Length: ${body.length}\r\n\r\n`);
  // In pieces, as pipes do.
  process.stdout.write(body.subarray(0, 10));
  process.stdout.write(body.subarray(10));
}

const diagnose = (text) =>
  text.split("\n").flatMap((line, index) => {
    const at = line.indexOf("BUG");
    if (at < 0) return [];
    const range = {
      start: { line: index, character: at },
      end: { line: index, character: at + 3 },
    };
    const hint = { range, severity: 4, message: "only a hint" };
    return [{ range, severity: 1, code: "B1", message: `é ${line.trim()} is wrong` }, hint];
  });

async function publish(uri) {
  const { version, text } = texts.get(uri);
  // News about an older text, which must not count.
  if (version > 1)
    send({
      method: "textDocument/publishDiagnostics",
      params: { uri, version: version - 1, diagnostics: diagnose("BUG old") },
    });
  send({ method: "textDocument/publishDiagnostics", params: { uri, version, diagnostics: [] } });
  const id = nextId++;
  const asked = new Promise((resolve) => answers.set(id, resolve));
  send({ id, method: "workspace/configuration", params: { items: [{ section: "fake" }] } });
  if (JSON.stringify(await asked) !== "[null]") process.exit(9);
  send({
    method: "textDocument/publishDiagnostics",
    params: { uri, version, diagnostics: diagnose(text) },
  });
}

function take({ id, method, params, result }) {
  if (method === undefined) answers.get(id)?.(result);
  else if (method === "initialize") {
    if (mode === "garbage")
      return process.stdout.write(`this is no language server\n${"x".repeat(9000)}`);
    const capabilities = {
      textDocumentSync: 1,
      ...(mode === "pull" && { diagnosticProvider: {} }),
    };
    send({ id, result: { capabilities } });
  } else if (method === "textDocument/didOpen" || method === "textDocument/didChange") {
    if (mode === "crash") process.exit(7);
    const { uri, version } = params.textDocument;
    const isNew = method.endsWith("didOpen");
    if (isNew === texts.has(uri)) process.exit(8);
    texts.set(uri, {
      version,
      text: isNew ? params.textDocument.text : params.contentChanges[0].text,
    });
    if (mode === "push") void publish(uri);
  } else if (method === "textDocument/diagnostic") {
    send({
      id,
      result: { kind: "full", items: diagnose(texts.get(params.textDocument.uri).text) },
    });
  } else if (method === "shutdown") {
    shutDown = true;
    send({ id, result: null });
  } else if (method === "exit") process.exit(shutDown ? 0 : 1);
}

process.stdin.on("data", (piece) => {
  buffer = Buffer.concat([buffer, piece]);
  for (;;) {
    const end = buffer.indexOf("\r\n\r\n");
    if (end < 0) return;
    const size = Number(/Content-Length: (\d+)/.exec(buffer.toString("latin1", 0, end))[1]);
    if (buffer.length < end + 4 + size) return;
    const body = buffer.toString("utf8", end + 4, end + 4 + size);
    buffer = buffer.subarray(end + 4 + size);
    take(JSON.parse(body));
  }
});
