import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

export interface McpWriter {
  /** Edits the file once per line of this name; answers the messages of the edits that were refused. */
  edit(edits: number): Promise<string[]>;
  close(): Promise<void>;
}

/** A server that edits the file `file.txt` of a folder for a client of its own, as an agent has one. */
export async function startMcpWriter(
  folder: string,
  name: string,
  stateFolder: string,
): Promise<McpWriter> {
  const client = new Client({ name, version: "1" });
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: ["--import", "tsx", main, "mcp", "--model", "none", "--root", folder],
      env: { ...(process.env as Record<string, string>), XDG_STATE_HOME: stateFolder },
      stderr: "inherit",
    }),
  );
  return {
    async edit(edits) {
      const refused: string[] = [];
      for (let index = 0; index < edits; index++) {
        const line = `${name} line ${index}`;
        const { isError, content } = await client.callTool(
          {
            name: "edit_file",
            arguments: {
              path: "file.txt",
              old_string: `${line}: open`,
              new_string: `${line}: done`,
            },
          },
          { timeout: 300_000 },
        );
        if (isError === true) refused.push(JSON.stringify(content));
      }
      return refused;
    },
    close: () => client.close(),
  };
}
