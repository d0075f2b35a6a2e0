import { Client } from "@modelcontextprotocol/client";
import { InMemoryTransport } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { createMcpServer, type McpServerOptions } from "../../src/mcp/server.ts";
import { createRedraft } from "../../src/redraft/create-redraft.ts";

export interface ToolAnswer {
  readonly isError: boolean;
  /** Of all text blocks, one after the other. */
  readonly text: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface McpSession {
  call(name: string, args: object): Promise<ToolAnswer>;
  tools(): Promise<readonly ListedTool[]>;
  close(): Promise<void>;
}

export interface ListedTool {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: Readonly<Record<string, unknown>>;
  readonly outputSchema: Readonly<Record<string, unknown>>;
}

/** A server on a folder, and the official client of it. */
export async function openMcpSession(
  folder: string,
  options: Partial<McpServerOptions> = {},
): Promise<McpSession> {
  const [clientSide, serverSide] = InMemoryTransport.createLinkedPair();
  const given = { redraft: createRedraft(), roots: [folder], cwd: folder, version: "0.0.0" };
  const handle = serveStdio(() => createMcpServer({ ...given, ...options }), {
    transport: serverSide,
  });
  const client = new Client({ name: "test", version: "1" });
  await client.connect(clientSide);
  return {
    async call(name, args) {
      const answer = await client.callTool({ name, arguments: { ...args } });
      const content = answer.content as readonly { readonly text: string }[];
      return {
        isError: answer.isError === true,
        text: content.map(({ text }) => text).join("\n"),
        fields: (answer.structuredContent ?? {}) as Record<string, unknown>,
      };
    },
    tools: async () => (await client.listTools()).tools as unknown as ListedTool[],
    async close() {
      await client.close();
      await handle.close();
    },
  };
}
