import assert from "node:assert/strict";
import { join } from "node:path";
import { serve } from "@hono/node-server";
import { serveStatic } from "@hono/node-server/serve-static";
import { Hono } from "hono";
import type { Page } from "playwright-core";
import type { BrowserTest } from "./run-tests.ts";
import type { Session } from "./session.ts";

/** Serves `site/dist` as a static host does, while a test runs. */
async function withSite(
  session: Session,
  test: (address: string) => Promise<void>,
): Promise<undefined> {
  const app = new Hono()
    // Asked for by the browser itself.
    .get("/favicon.ico", (context) => context.body(null, 204))
    .use("*", serveStatic({ root: join(session.root, "site/dist") }));
  let address = "";
  const server = await new Promise<ReturnType<typeof serve>>((resolve) => {
    const started = serve({ fetch: app.fetch, hostname: "127.0.0.1", port: 0 }, ({ port }) => {
      address = `http://127.0.0.1:${port}`;
      resolve(started);
    });
  });
  try {
    await test(address);
  } finally {
    server.close();
  }
  return undefined;
}

/** Replaces the text of a pane by what is in the clipboard. */
async function paste(page: Page, name: string, text: string): Promise<void> {
  const pane = page.locator(`[data-pane="${name}"] .cm-content`);
  await pane.click();
  await page.keyboard.press("ControlOrMeta+a");
  await pane.evaluate((element, pasted) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", pasted);
    const options = { clipboardData, bubbles: true, cancelable: true };
    element.dispatchEvent(new ClipboardEvent("paste", options));
  }, text);
}

export const siteTests: Readonly<Record<string, BrowserTest>> = {
  "the home page leads to the guide": (session) =>
    withSite(session, async (address) => {
      const page = await session.open(`${address}/index.html`);
      await page.getByRole("link", { name: "Apply an edit" }).click();
      await page.getByRole("heading", { level: 1, name: "Apply edits" }).waitFor();
      assert.ok((await page.locator(".VPSidebarItem .link").count()) > 40, "every page is listed");
      await session.shot(page, "site-guide");
    }),

  "the search finds a page by a word": (session) =>
    withSite(session, async (address) => {
      const page = await session.open(`${address}/index.html`);
      await page.locator("#local-search button").click();
      await page.locator("#localsearch-input").fill("undo");
      const found = page.locator("#localsearch-list a", { hasText: /undo/i });
      await found.first().waitFor();
      await session.shot(page, "site-search");
      await found.first().click();
      await page.waitForURL(/undo/);
      await page.getByRole("heading", { level: 1 }).waitFor();
    }),

  "a picture of a page is shown": (session) =>
    withSite(session, async (address) => {
      const page = await session.open(`${address}/guide/inspector.html`);
      const picture = page.locator("main img").first();
      await picture.scrollIntoViewIfNeeded();
      await page.waitForFunction(() => {
        const image = document.querySelector<HTMLImageElement>("main img");
        return image?.complete === true && image.naturalWidth > 0;
      });
    }),

  "the reference names the library's functions": (session) =>
    withSite(session, async (address) => {
      const page = await session.open(`${address}/index.html`);
      await page.getByRole("link", { name: "Reference" }).first().click();
      const main = page.locator(".col-content");
      await main.getByRole("link", { name: "index", exact: true }).click();
      await main.getByRole("link", { name: "createRedraft", exact: true }).click();
      await page.getByRole("heading", { level: 1, name: /createRedraft/ }).waitFor();
    }),

  "the playground merges a pasted edit": (session) =>
    withSite(session, async (address) => {
      const page = await session.open(`${address}/index.html`);
      await page.getByRole("link", { name: "Playground" }).last().click();
      await page.waitForURL(/playground/);
      await paste(page, "File", "alpha\nbeta\ngamma\n");
      await paste(page, "Edit", "<<<<<<< SEARCH\nbeta\n=======\ndelta\n>>>>>>> REPLACE\n");
      const result = page.locator('[data-pane="Result"] .cm-content', { hasText: "delta" });
      await result.waitFor();
      assert.equal(
        (await result.locator(".cm-line").allTextContents()).join(" ").trim(),
        "alpha delta gamma",
      );
      await session.shot(page, "site-playground");
    }),
};
