import {
  createConnection,
  ProposedFeatures,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-languageserver/node.js";
import { type LspServerOptions, serveEditor } from "./server.ts";

/**
 * Serves the Language Server Protocol on this process's stdin and stdout until the editor closes its end; its `exit` notification ends the
 * process. Nothing else may write to stdout meanwhile: it belongs to the protocol.
 */
export async function serveLsp(options: LspServerOptions): Promise<void> {
  const reader = new StreamMessageReader(process.stdin);
  const writer = new StreamMessageWriter(process.stdout);
  const connection = createConnection(ProposedFeatures.all, reader, writer);
  serveEditor(connection, options);
  const ended = new Promise<void>((done) => {
    process.stdin.once("close", done);
    process.stdin.once("end", done);
  });
  connection.listen();
  await ended;
}
