export {
  createFileEditor,
  type EditFileArguments,
  type EditorCall,
  type Excerpt,
  type FileAnswer,
  type FileEditor,
  type FileEditorOptions,
  type ReadAnswer,
  type ReadFileArguments,
  type TextReplacement,
  type WriteFileArguments,
} from "../workspace/editor.ts";
export { createMcpServer, type McpServerOptions } from "./server.ts";
export { serveMcp } from "./stdio.ts";
