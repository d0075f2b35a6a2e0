import { mkdirSync, mkdtempSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { createRedraft } from "../redraft/create-redraft.ts";
import { openJournal } from "../workspace/journal/journal.ts";
import { receiptText } from "../workspace/receipt/format.ts";
import { receiptOf } from "../workspace/receipt/receipt.ts";
import { readTextFile } from "../workspace/text-file.ts";
import { updateFile } from "../workspace/update.ts";
import type { LogRow, OpenedTexts, UndoView, VerifyView } from "./handlers.ts";
import { type InspectorOptions, type RunningInspector, startInspector } from "./serve.ts";

const running: RunningInspector[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) await server.close();
});

interface Started {
  readonly server: RunningInspector;
  readonly root: string;
  readonly journal: ReturnType<typeof openJournal>;
}

/** A server on a folder with one file, and with a page of two files. */
async function start(options: Partial<InspectorOptions> = {}): Promise<Started> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "redraft-inspect-")));
  const root = join(folder, "root");
  const page = join(folder, "page");
  mkdirSync(root);
  mkdirSync(page);
  writeFileSync(join(root, "a.txt"), "one\ntwo\nthree\n");
  writeFileSync(join(folder, "outside.txt"), "outside\n");
  writeFileSync(join(page, "index.html"), "<title>page</title>");
  writeFileSync(join(page, "secret.txt"), "not of the page");
  const journal = openJournal({ folder: root, home: join(folder, "state") });
  const server = await startInspector({
    roots: [root],
    opened: { file: join(root, "a.txt"), edit: "<script>alert(1)</script>" },
    version: "0.0.0",
    port: 0,
    pageFolder: page,
    journal,
    ...options,
  });
  running.push(server);
  return { server, root, journal };
}

const api = (server: RunningInspector, path: string, body?: unknown): Promise<Response> =>
  fetch(
    `${server.url}api/${path}`,
    body === undefined
      ? {}
      : {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify(body),
        },
  );

/** The status of a request with headers that `fetch` does not let a caller set. */
function statusWith(url: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    request(url, { headers }, (response) => {
      response.resume();
      resolve(response.statusCode!);
    })
      .on("error", reject)
      .end();
  });
}

async function edit({ root, journal }: Started, from: string, to: string): Promise<void> {
  const change = async (file: { readonly text: string }) => ({
    text: file.text.replace(from, to),
    action: "update" as const,
  });
  await updateFile(join(root, "a.txt"), change, { journal, note: { kind: "edit", by: "test" } });
}

describe("the server of redraft inspect", () => {
  it("listens on loopback and answers only below its token", async () => {
    const { server } = await start();
    const { hostname, origin, pathname } = new URL(server.url);
    expect(hostname).toBe("127.0.0.1");
    expect(pathname.length).toBeGreaterThan(32);
    expect((await fetch(server.url)).status).toBe(200);
    for (const path of ["/", "/api/opened", `${pathname.slice(0, -2)}x/`, `/x${pathname}`]) {
      expect((await fetch(origin + path)).status, path).toBe(404);
    }
    const wrong = pathname.replace(/^\/./, (start) => (start === "/A" ? "/B" : "/A"));
    expect((await fetch(`${origin + wrong}api/opened`)).status).toBe(404);
  });

  it("refuses other host names and pages of other origins", async () => {
    const { server } = await start();
    const { host } = new URL(server.url);
    const port = host.split(":")[1]!;
    expect(await statusWith(server.url, { host: `localhost:${port}` })).toBe(200);
    for (const other of [
      "evil.example",
      `evil.example:${port}`,
      "127.0.0.1",
      `127.0.0.1.evil.example:${port}`,
    ]) {
      expect(await statusWith(server.url, { host: other }), other).toBe(403);
    }
    expect(await statusWith(server.url, { host, origin: `http://${host}` })).toBe(200);
    for (const origin of ["http://evil.example", `https://${host}`, "null"]) {
      expect(await statusWith(server.url, { host, origin }), origin).toBe(403);
    }
  });

  it("opens by a ticket once, so that the token is in no command line", async () => {
    const { server } = await start();
    expect(server.openUrl).not.toContain(new URL(server.url).pathname.slice(1, -1));
    const first = await fetch(server.openUrl, { redirect: "manual" });
    expect(first.status).toBe(302);
    expect(new URL(first.headers.get("location")!, server.url).href).toBe(server.url);
    expect((await fetch(server.openUrl, { redirect: "manual" })).status).toBe(404);
  });

  it("allows no script but its own, and serves no other file", async () => {
    const { server } = await start();
    const { headers } = await fetch(server.url);
    const policy = headers.get("content-security-policy")!;
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toContain("unsafe");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    for (const name of ["secret.txt", "..%2fstate", "%2e%2e%2foutside.txt", "constructor"]) {
      expect((await fetch(server.url + name)).status, name).toBe(404);
    }
  });

  it("gives the opened texts as data", async () => {
    const started = await start();
    const opened = (await (await api(started.server, "opened")).json()) as OpenedTexts;
    expect(opened).toMatchObject({
      edit: "<script>alert(1)</script>",
      file: { text: "one\ntwo\nthree\n", writable: true },
    });
  });

  it("undoes what it showed, after it showed it", async () => {
    const started = await start();
    await edit(started, "two", "TWO");
    const [row] = (await (await api(started.server, "log")).json()) as LogRow[];
    expect(row).toMatchObject({
      kind: "edit",
      state: "in place",
      files: [{ path: "a.txt", action: "update" }],
    });
    const hunks = await (await api(started.server, `log/${row!.id}`)).json();
    expect(hunks).toMatchObject([{ line: 2, before: ["two"], after: ["TWO"] }]);

    const shown = (await (
      await api(started.server, "undo", { ids: [row!.id] })
    ).json()) as UndoView;
    expect(shown.answer.files[0]!.diff).toContain("+two");
    const text = (): string => readFileSync(join(started.root, "a.txt"), "utf8");
    expect(text()).toContain("TWO");

    const guess = await api(started.server, "undo", { ids: [row!.id], confirm: "0" });
    expect(guess.status).toBe(409);
    expect(text()).toContain("TWO");

    const done = await api(started.server, "undo", { ids: [row!.id], confirm: shown.confirm });
    expect(done.status).toBe(200);
    expect(text()).toBe("one\ntwo\nthree\n");
  });

  it("undoes one hunk of an edit", async () => {
    const started = await start();
    const path = join(started.root, "a.txt");
    writeFileSync(path, "one\n2\n3\n4\n5\n6\n7\n8\n9\nten\n");
    const both = { text: "ONE\n2\n3\n4\n5\n6\n7\n8\n9\nTEN\n", action: "update" as const };
    const { journal } = started;
    await updateFile(path, async () => both, { journal, note: { kind: "edit" } });
    const [row] = (await (await api(started.server, "log")).json()) as LogRow[];
    const request = { ids: [row!.id], hunks: [2] };
    const shown = (await (await api(started.server, "undo", request)).json()) as UndoView;
    await api(started.server, "undo", { ...request, confirm: shown.confirm });
    expect(readFileSync(path, "utf8")).toBe("ONE\n2\n3\n4\n5\n6\n7\n8\n9\nten\n");
    const after = (await (await api(started.server, "log")).json()) as LogRow[];
    expect(after.map(({ kind, state }) => [kind, state])).toEqual([
      ["undo", undefined],
      ["edit", "partly undone"],
    ]);
  });

  it("refuses an undo that would no longer do what was shown", async () => {
    const started = await start();
    await edit(started, "two", "TWO");
    const [row] = (await (await api(started.server, "log")).json()) as LogRow[];
    const shown = (await (
      await api(started.server, "undo", { ids: [row!.id] })
    ).json()) as UndoView;
    writeFileSync(join(started.root, "a.txt"), "zero\none\nTWO\nthree\n");
    const late = await api(started.server, "undo", { ids: [row!.id], confirm: shown.confirm });
    expect(late.status).toBe(409);
    expect(readFileSync(join(started.root, "a.txt"), "utf8")).toContain("TWO");
  });

  it("writes the opened file alone, only as it was opened, with an entry in the log", async () => {
    const started = await start();
    const path = join(started.root, "a.txt");
    const { hash } = await readTextFile(path);
    const stale = await api(started.server, "write", { text: "x\n", hash: "0".repeat(16) });
    expect(stale.status).toBe(409);
    expect(readFileSync(path, "utf8")).toBe("one\ntwo\nthree\n");
    const done = await api(started.server, "write", { text: "x\n", hash });
    expect(await done.json()).toMatchObject({ entry: expect.any(String) });
    expect(readFileSync(path, "utf8")).toBe("x\n");
    const other = await api(started.server, "write", { text: "x", hash, path: "b.txt" });
    expect(other.status).toBe(400);
  });

  it("writes no file outside its roots", async () => {
    const first = await start();
    const outside = join(first.root, "..", "outside.txt");
    const { hash } = await readTextFile(outside);
    const { server } = await start({ roots: [first.root], opened: { file: outside } });
    expect(await (await api(server, "opened")).json()).toMatchObject({ file: { writable: false } });
    const answer = await api(server, "write", { text: "x\n", hash });
    expect(answer.status).toBe(403);
    expect(readFileSync(outside, "utf8")).toBe("outside\n");
  });

  it("verifies a receipt against the file that it names, and says what is wrong with another", async () => {
    const started = await start();
    const path = join(started.root, "a.txt");
    const before = await readTextFile(path);
    const text = "<<<<<<< SEARCH\ntwo\n=======\n2\n>>>>>>> REPLACE\n";
    const result = await createRedraft().apply({ path: "a.txt", source: before.text, edit: text });
    writeFileSync(path, result.text!);
    const receipt = receiptText(receiptOf({ ...result, path: "a.txt" }, { edit: text, before }));
    const view = (await (await api(started.server, "verify", { receipt })).json()) as VerifyView;
    expect(view).toMatchObject({ ok: true, found: [{ side: "after", path: "a.txt" }] });
    expect(view.checked.join()).toContain("after: its hash");
    const broken = receipt.replace('"merge"', '"model"');
    const wrong = (await (
      await api(started.server, "verify", { receipt: broken })
    ).json()) as VerifyView;
    expect(wrong.ok).toBe(false);
    expect(wrong.problems.length).toBeGreaterThan(0);
  });

  it("takes JSON only, of the shape that it expects", async () => {
    const { server } = await start();
    const form = await fetch(`${server.url}api/undo`, { method: "POST", body: "ids=1" });
    expect(form.status).toBe(400);
    expect((await api(server, "undo", { ids: [], path: "x" })).status).toBe(400);
    expect((await api(server, "nothing", {})).status).toBe(404);
  });
});
