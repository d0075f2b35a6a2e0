/** Writes the JSON schemas in docs/schemas from the shapes that the program itself reads by: npm run schemas. */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { receiptSchema } from "../src/workspace/receipt/shape.ts";

const path = fileURLToPath(new URL("../docs/schemas/receipt-1.json", import.meta.url));
writeFileSync(path, `${JSON.stringify(receiptSchema(), null, 2)}\n`);
