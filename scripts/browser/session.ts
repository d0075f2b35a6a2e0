import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";

const root = fileURLToPath(new URL("../..", import.meta.url));

const usualPlaces = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];

export function chosenBrowser(): string | undefined {
  const { CHROMIUM } = process.env;
  if (CHROMIUM !== undefined) return existsSync(CHROMIUM) ? CHROMIUM : undefined;
  return usualPlaces.find((path) => existsSync(path));
}

export interface PageOptions {
  readonly colorScheme?: "dark" | "light";
  readonly width?: number;
  readonly height?: number;
}

/** One browser, a folder with files, and servers of `redraft inspect` that are started as a user starts them. */
export interface Session {
  readonly folder: string;
  readonly root: string;
  write(name: string, text: string): Promise<string>;
  /** The command line of `redraft`, to its end; answers what it printed. */
  redraft(args: readonly string[]): Promise<string>;
  /** Starts `redraft inspect` and opens its page. */
  inspect(args: readonly string[], options?: PageOptions): Promise<Page>;
  /** Starts `redraft serve` on a free port; answers its address. */
  serve(args: readonly string[]): Promise<string>;
  /** Opens a page of any address. Errors of the page, and requests to other machines, fail the test. */
  open(url: string, options?: PageOptions): Promise<Page>;
  shot(page: Page, name: string): Promise<void>;
  /** Closes pages and servers; throws what went wrong in a page. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

export async function startSession(
  executable: string,
  shots: string | undefined,
): Promise<Session> {
  const folder = await mkdtemp(join(tmpdir(), "redraft-browser-"));
  const work = join(folder, "work");
  await mkdir(work);
  if (shots !== undefined) await mkdir(shots, { recursive: true });
  const env = { ...process.env, REDRAFT_STATE_HOME: join(folder, "state") };
  const browser: Browser = await chromium.launch({
    executablePath: executable,
    args: ["--no-sandbox", "--disable-dev-shm-usage"],
  });
  const servers: ChildProcess[] = [];
  const pages: Page[] = [];
  const troubles: string[] = [];
  const command = [
    "--import",
    join(root, "node_modules/tsx/dist/loader.mjs"),
    join(root, "src/cli/main.ts"),
  ];

  const session: Session = {
    folder: work,
    root,
    async write(name, text) {
      await writeFile(join(work, name), text);
      return join(work, name);
    },
    redraft: (args) =>
      new Promise((resolve, reject) => {
        const child = spawn(process.execPath, [...command, ...args], { cwd: work, env });
        let output = "";
        for (const stream of [child.stdout, child.stderr])
          stream.on("data", (chunk) => {
            output += String(chunk);
          });
        child.on("error", reject);
        child.on("exit", () => resolve(output));
      }),
    async inspect(args, options) {
      const child = spawn(process.execPath, [...command, "inspect", "--no-open", ...args], {
        cwd: work,
        env,
      });
      servers.push(child);
      const url = await firstLine(child);
      return session.open(url, options);
    },
    async serve(args) {
      const words = ["serve", "--port", "0", "--model", "none", ...args];
      const child = spawn(process.execPath, [...command, ...words], { cwd: work, env });
      servers.push(child);
      return firstLine(child);
    },
    async open(url, { colorScheme = "light", width = 1440, height = 900 } = {}) {
      const page = await browser.newPage({ viewport: { width, height }, colorScheme });
      pages.push(page);
      // tsx names functions by a helper that a page does not have.
      await page.addInitScript("globalThis.__name = (named) => named");
      page.setDefaultTimeout(20_000);
      page.on("pageerror", (error) => troubles.push(`page error: ${error.message}`));
      page.on("console", (message) => {
        if (message.type() === "error") troubles.push(`console: ${message.text()}`);
      });
      page.on("dialog", (dialog) => {
        troubles.push(`dialog: ${dialog.message()}`);
        void dialog.dismiss();
      });
      page.on("request", (request) => {
        const { protocol, hostname } = new URL(request.url());
        if (protocol === "http:" && hostname === "127.0.0.1") return;
        if (protocol !== "file:" && protocol !== "blob:" && protocol !== "data:")
          troubles.push(`request to ${request.url()}`);
      });
      await page.goto(url);
      return page;
    },
    async shot(page, name) {
      if (shots !== undefined) await page.screenshot({ path: join(shots, `${name}.png`) });
    },
    async reset() {
      for (const page of pages.splice(0)) await page.close();
      for (const server of servers.splice(0)) server.kill();
      const found = troubles.splice(0);
      if (found.length > 0) throw new Error(`in the page: ${found.join("; ")}`);
    },
    async close() {
      await browser.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return session;
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    let errors = "";
    child.stderr!.on("data", (chunk) => {
      errors += String(chunk);
    });
    child.stdout!.on("data", (chunk) => {
      text += String(chunk);
      if (text.includes("\n")) resolve(text.split("\n")[0]!);
    });
    child.on("exit", (code) => reject(new Error(`redraft ended with ${code}: ${errors}`)));
  });
}
