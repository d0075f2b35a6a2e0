import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Tests, and the programs that they start, keep their journals in a folder of their own, which goes with them. */
export default function stateHome(): () => void {
  const folder = mkdtempSync(join(tmpdir(), "redraft-state-"));
  process.env.REDRAFT_STATE_HOME = folder;
  process.env.REDRAFT_CONFIG = `${folder}/no-config.json`;
  return () => rmSync(folder, { recursive: true, force: true });
}
