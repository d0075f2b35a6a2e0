import { expect, it } from "vitest";
import { serveCommand } from "./serve.ts";

/** Parses a command line that is refused before anything is started. */
const parse = (...args: string[]): Promise<unknown> =>
  serveCommand()
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .parseAsync(args, { from: "user" });

it.each([
  ["ftp://example.com", "no http or https URL"],
  ["api.example.com/v1", "no http or https URL"],
  ["https://example.com/v1?key=secret", "no http or https URL"],
  ["https://user:secret@example.com/v1", "REDRAFT_FALLBACK_API_KEY"],
])("refuses the fallback %s", async (url, why) => {
  await expect(parse("--fallback", url)).rejects.toMatchObject({
    code: "commander.invalidArgument",
    message: expect.stringContaining(why),
  });
});
