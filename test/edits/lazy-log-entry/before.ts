import type { IncomingHttpHeaders } from "node:http";

export interface Tool {
  type: "function";
  function: { name: string; description?: string };
}

export interface ChatMessage {
  role: "system" | "user" | "assistant";
  content: string;
}

export interface OpenRouterRequest {
  model: string;
  messages: ChatMessage[];
  tools?: Tool[];
}

export interface OpenRouterResponse {
  id: string;
  choices: { message: ChatMessage }[];
}

export interface LogEntry {
  timestamp: string;
  requestId: string;
  requestHeaders?: Record<string, any>;
  request: OpenRouterRequest;
  response?: OpenRouterResponse;
  responseHeaders?: Record<string, any>;
  error?: string;
}

export interface ServerConfig {
  port: number;
  target: string;
  headers: IncomingHttpHeaders;
}
