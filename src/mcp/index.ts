export {
  createFileEditor,
  type EditFileArguments,
  type EditorCall,
  type FileAnswer,
  type FileEditor,
  type FileEditorOptions,
  type ReadAnswer,
} from "../workspace/editor.ts";
export { createMcpServer, type McpServerOptions } from "./server.ts";
export { serveMcp } from "./stdio.ts";
