/**
 * Drives the packed extension in a real VS Code: code-server in Chromium. Not part of the tests: neither program is a dependency.
 *
 *   npm run vsix
 *   code-server --auth none --bind-addr 127.0.0.1:8777 --user-data-dir <user> --extensions-dir <extensions>
 *   node --import tsx editors/vscode/test/real-editor.ts http://127.0.0.1:8777 <empty folder> [<folder for screenshots>]
 *
 * with the extension installed (`code-server --install-extension`), `redraft.command` in `<user>/Machine/settings.json`, and for edits
 * by instruction a model server in `redraft.edit.model`.
 */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { chromium, type Page } from "playwright-core";

const [url, folder, shots] = process.argv.slice(2);
if (url === undefined || folder === undefined) throw new Error("give an address and a folder");

const source =
  "export function f(a: number) {\n  return a;\n}\n\nexport function g(b: number) {\n  return b;\n}\n";
const twice = "if (a) {\n  go();\n}\n\nif (b) {\n  go();\n}\n";
const block = (before: string, after: string): string =>
  `<<<<<<< SEARCH\n${before}\n=======\n${after}\n>>>>>>> REPLACE\n`;

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox"],
});
try {
  const context = await browser.newContext({ viewport: { width: 1200, height: 800 } });
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  await writeFile(join(folder, "a.ts"), source);
  await writeFile(join(folder, "b.ts"), twice);
  await writeFile(join(folder, "c.ts"), 'import { f } from "./a.js";\nf(1);\n');
  await page.goto(`${url}/?folder=${folder}`);
  await page.waitForSelector(".monaco-workbench .statusbar", { timeout: 60_000 });
  const check = async (name: string, run: () => Promise<void>): Promise<void> => {
    try {
      await run();
      process.stdout.write(`ok ${name}\n`);
    } catch (error) {
      process.exitCode = 1;
      process.stdout.write(`FAILED ${name}: ${(error as Error).message.slice(0, 600)}\n`);
      await page.keyboard.press("Escape");
    }
    if (shots) await page.screenshot({ path: join(shots, `${name.replaceAll(" ", "-")}.png`) });
  };
  const saved = async (name: string): Promise<string> => {
    // The list closes before the extension makes the change.
    await page.waitForTimeout(1500);
    await page.keyboard.press("Control+S");
    await page.waitForTimeout(800);
    return readFile(join(folder, name), "utf8");
  };
  const list = page.locator(".quick-input-widget:visible");

  await check("status bar", async () => {
    await page
      .getByText(/Redraft: ranker/)
      .first()
      .waitFor({ timeout: 60_000 });
  });
  await check("two hunks, one rejected", async () => {
    await open(page, "a.ts");
    await toClipboard(
      page,
      block("  return a;", "  return a + 1;") + block("  return b;", "  return b + 1;"),
    );
    await run(page, "Redraft: Apply the Edit in the Clipboard");
    await list.getByText("return a + 1;").first().waitFor();
    if (shots) await page.screenshot({ path: join(shots, "review.png") });
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Space");
    await page.waitForTimeout(500);
    if (shots) await page.screenshot({ path: join(shots, "rejected.png") });
    await page.keyboard.press("Enter");
    await list.waitFor({ state: "hidden" });
    assert.equal(await saved("a.ts"), source.replace("return b", "return b + 1"));
  });
  await check("unsaved text", async () => {
    await page.keyboard.press("Control+End");
    await page.keyboard.type("// typed");
    await toClipboard(page, block("  return a;", "  return a + 2;"));
    await run(page, "Redraft: Apply the Edit in the Clipboard");
    await list.getByText("return a + 2;").first().waitFor();
    await page.keyboard.press("Enter");
    await list.waitFor({ state: "hidden" });
    const expected = source.replace("return b", "return b + 1").replace("return a", "return a + 2");
    assert.equal(await saved("a.ts"), `${expected}// typed`);
  });
  await check("ambiguous", async () => {
    await open(page, "b.ts");
    await toClipboard(page, block("  go();", "  stop();"));
    await run(page, "Redraft: Apply the Edit in the Clipboard");
    await list.getByText("Which one is meant").first().waitFor();
    if (shots) await page.screenshot({ path: join(shots, "places.png") });
    await page.keyboard.press("ArrowDown");
    await page.waitForTimeout(500);
    await page.keyboard.press("Enter");
    await list.waitFor({ state: "hidden" });
    await page.waitForTimeout(500);
    assert.equal(await saved("b.ts"), "if (a) {\n  go();\n}\n\nif (b) {\n  stop();\n}\n");
  });
  await check("refusal", async () => {
    await toClipboard(page, block("  nothing like this;", "  x();"));
    await run(page, "Redraft: Apply the Edit in the Clipboard");
    await page.locator(".notification-toast").getByText("Redraft:").first().waitFor();
    await page.locator(".notification-toast").getByText("Copy for the Model").first().waitFor();
  });
  await check("rename", async () => {
    await open(page, "a.ts");
    await page.keyboard.press("Control+Home");
    for (let i = 0; i < 16; i++) await page.keyboard.press("ArrowRight");
    await run(page, "Redraft: Rename in All Files");
    await list
      .getByText(/Rename f in all files/)
      .first()
      .waitFor();
    await page.keyboard.type("first");
    await page.keyboard.press("Enter");
    await page
      .locator(".statusbar")
      .getByText(/renamed f/)
      .first()
      .waitFor();
    await run(page, "File: Save All");
    await page.waitForTimeout(1500);
    assert.match(await readFile(join(folder, "a.ts"), "utf8"), /^export function first/);
    assert.match(await readFile(join(folder, "c.ts"), "utf8"), /first\(1\)/);
  });
  if (process.env.INSTRUCTION) {
    await check("by instruction", async () => {
      await open(page, "b.ts");
      await run(page, "Redraft: Edit by Instruction");
      await page.keyboard.type(process.env.INSTRUCTION!);
      await page.keyboard.press("Enter");
      await list.getByText("b.ts").first().waitFor({ timeout: 60_000 });
      if (shots) await page.screenshot({ path: join(shots, "by-instruction-review.png") });
      await page.keyboard.press("Enter");
      await list.waitFor({ state: "hidden" });
    });
  }
} finally {
  await browser.close();
}

async function open(page: Page, name: string): Promise<void> {
  await page.keyboard.press("Control+P");
  await page.locator(".quick-input-widget:visible .quick-input-box input").first().fill(name);
  await page.locator(".quick-input-list .monaco-list-row").first().waitFor();
  await page.waitForTimeout(500);
  await page.keyboard.press("Enter");
  await page.locator(`.tab.active[data-resource-name="${name}"]`).waitFor();
  await page.waitForTimeout(500);
}

async function run(page: Page, command: string): Promise<void> {
  await page.keyboard.press("F1");
  await page
    .locator(".quick-input-widget:visible .quick-input-box input")
    .first()
    .fill(`>${command}`);
  await page
    .locator(".quick-input-list .monaco-list-row")
    .getByText(command.split(": ")[1]!)
    .first()
    .waitFor();
  await page.waitForTimeout(300);
  await page.keyboard.press("Enter");
  await page.waitForTimeout(300);
}

async function toClipboard(page: Page, text: string): Promise<void> {
  await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(text)})`);
}
