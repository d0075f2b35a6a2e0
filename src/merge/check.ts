import type { Edit } from "../core/edit.ts";
import type { Proof } from "../core/merge.ts";

export function checkProof(_source: string, _edit: Edit, _text: string, _proof: Proof): string[] {
  return [];
}
