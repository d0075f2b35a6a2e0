import type { Diagnostic } from "../../core/diagnostic.ts";
import type { ToolReport } from "../brought-errors.ts";
import { compareDiagnostics } from "../compare.ts";
import type { EditedText } from "../follow-lines.ts";
import { type ServerDiagnostic, type ServerOptions, startLanguageServer } from "./server.ts";

/**
 * What a language server says about an edit: it receives the old texts and then the new ones, independent of the disk. Only its
 * messages about the edited files count.
 */
export async function serverReport(
  command: string,
  edits: readonly EditedText[],
  options: ServerOptions,
): Promise<ToolReport> {
  const before: Diagnostic[] = [];
  const after: Diagnostic[] = [];
  try {
    const server = await startLanguageServer(command, options);
    try {
      // A created file has no old text to check, and a deleted file has no new one.
      for (const { path, before: text } of edits)
        if (text !== "") before.push(...plainDiagnostics(path, await server.diagnose(path, text)));
      for (const { newPath, after: text } of edits)
        if (newPath !== null)
          after.push(...plainDiagnostics(newPath, await server.diagnose(newPath, text)));
    } finally {
      await server.close();
    }
  } catch (error) {
    const problem = `the language server failed: ${(error as Error).message}`;
    return { command, new: [], went: 0, stayed: 0, problem };
  }
  const { brought, went, stayed } = compareDiagnostics(before, after, edits);
  return { command, new: brought, went, stayed };
}

/** Errors and warnings; what a server only remarks is left out. */
function plainDiagnostics(file: string, found: readonly ServerDiagnostic[]): Diagnostic[] {
  return found
    .filter(({ severity = 1 }) => severity <= 2)
    .map(({ range, severity = 1, code, message }) => {
      const name = typeof code === "string" || typeof code === "number" ? `${code}` : undefined;
      return {
        file,
        line: range.start.line + 1,
        column: range.start.character + 1,
        severity: severity === 2 ? "warning" : "error",
        message: name === undefined ? message : `${name}: ${message}`,
        ...(name === undefined ? {} : { code: name }),
      };
    });
}
