import { type StdioServerHandle, serveStdio } from "@modelcontextprotocol/server/stdio";
import { createMcpServer, type McpServerOptions } from "./server.ts";
import { stdioTransport } from "./transport.ts";

/**
 * Serves MCP on this process's stdin and stdout, until the client closes its end. Nothing else may write
 * to stdout meanwhile: it belongs to the protocol.
 */
export function serveMcp(options: McpServerOptions): StdioServerHandle {
  return serveStdio(() => createMcpServer(options), {
    transport: stdioTransport(),
    onerror: (error) => options.logger?.warn("protocol error", { error: error.message }),
  });
}
