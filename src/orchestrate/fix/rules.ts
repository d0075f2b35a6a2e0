import { conversion } from "./conversion.ts";
import { likelyMember, likelyName } from "./likely-name.ts";
import { missingAwait } from "./missing-await.ts";
import { missingImport } from "./missing-import.ts";
import { missingReturn } from "./missing-return.ts";
import { missingSelf } from "./missing-self.ts";
import { nullCheck } from "./null-check.ts";
import type { FixRule } from "./rule.ts";
import { syntaxSign } from "./syntax.ts";
import { unusedImport } from "./unused-import.ts";
import { unusedVariable } from "./unused-variable.ts";
import { wrongArity } from "./wrong-arity.ts";

/** Every rule. A new one is a file, its test, and a line here; several may answer one message. */
export const fixRules: readonly FixRule[] = [
  syntaxSign,
  missingSelf,
  missingImport,
  likelyName,
  likelyMember,
  unusedImport,
  unusedVariable,
  missingAwait,
  missingReturn,
  nullCheck,
  wrongArity,
  conversion,
];
