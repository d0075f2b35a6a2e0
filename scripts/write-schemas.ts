/** Writes the JSON schemas in docs/schemas from the shapes that the program itself reads by: npm run schemas. */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { configSchema } from "../src/cli/config/settings.ts";
import { packageVersion } from "../src/cli/version.ts";
import { openApi } from "../src/http/openapi.ts";
import { receiptSchema } from "../src/workspace/receipt/shape.ts";

const schemas = {
  "receipt-1.json": receiptSchema(),
  "config-1.json": configSchema(),
  "openapi.json": openApi(packageVersion()),
};
for (const [name, schema] of Object.entries(schemas)) {
  const path = fileURLToPath(new URL(`../docs/schemas/${name}`, import.meta.url));
  writeFileSync(path, `${JSON.stringify(schema, null, 2)}\n`);
}
