import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRedraft } from "../../src/redraft/create-redraft.ts";
import { createFileEditor } from "../../src/workspace/editor.ts";
import { receiptText } from "../../src/workspace/receipt/format.ts";
import { verifyReceipt } from "../../src/workspace/receipt/verify.ts";
import { redraft } from "../support/cli.ts";

let folder = "";
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "redraft-receipts-")));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const source = "one\ntwo\nthree\n";
const edit = "<<<<<<< SEARCH\ntwo\n=======\nTWO\n>>>>>>> REPLACE\n";
const write = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return name;
};
const read = (name: string): Buffer => readFileSync(join(folder, name));

describe("the faces give receipts", { concurrent: true }, () => {
  it("redraft apply --receipt writes one that redraft verify takes", async () => {
    const name = write("a.txt", source);
    write("a.before", source);
    write("a.edit", edit);
    const made = await redraft(
      ["apply", name, "--edit", "a.edit", "--receipt", "a.json", "--model", "none"],
      { cwd: folder },
    );
    expect(made).toMatchObject({ code: 0, stdout: "" });
    const texts = ["--before", "a.before", "--after", name, "--edit", "a.edit"];
    const whole = await redraft(["verify", "a.json", ...texts], { cwd: folder });
    expect(whole).toMatchObject({ code: 0, stderr: "" });
    expect(whole.stdout).toContain("a.txt (update): the receipt verifies");
    expect(whole.stdout).toContain("checked: 2 lines kept as they were");
    expect(whole.stdout).toContain("checked: 1 line from the edit");
    const alone = await redraft(["verify"], { cwd: folder, stdin: read("a.json") });
    expect(alone.code).toBe(0);
    expect(alone.stdout).toContain("not checked: before: not given");
    const spaced = read("a.json").toString().replace('":', '": ');
    const changed = await redraft(["verify", "-", "--json"], { cwd: folder, stdin: spaced });
    expect(changed.code).toBe(1);
    expect(JSON.parse(changed.stdout)).toMatchObject({ ok: false, receipt: "-" });
    const other = await redraft(["verify", "a.json", "--after", "a.before"], { cwd: folder });
    expect(other.code).toBe(1);
    expect(other.stdout).toContain("wrong: after: the file has another hash");
    const missing = await redraft(["verify", "nothing.json"], { cwd: folder });
    expect(missing.code).toBe(3);
  });

  it("prints it with --receipt -, and in --json, in the form that verifies", async () => {
    const name = write("b.txt", source);
    const options = { cwd: folder, stdin: edit };
    const shown = await redraft(["apply", name, "--model", "none", "--receipt", "-"], options);
    const files = { before: Buffer.from(source), after: read(name), edit: Buffer.from(edit) };
    expect(verifyReceipt(Buffer.from(shown.stdout), files)).toMatchObject({ ok: true });
    const again = await redraft(["apply", name, "--model", "none", "--json"], options);
    const { receipt, written } = JSON.parse(again.stdout);
    expect(written).toBe(false);
    expect(again.stdout).toContain(receiptText(receipt).trimEnd());
    const same = { before: read(name), after: read(name), edit: Buffer.from(edit) };
    expect(verifyReceipt(Buffer.from(receiptText(receipt)), same)).toMatchObject({ ok: true });
  });

  it("refuses a place for the receipt that cannot be meant, and writes nothing", async () => {
    const name = write("c.txt", source);
    for (const words of [
      ["--receipt", "x.json", "--dry-run"],
      ["--receipt", "-", "--json"],
      ["--receipt", "./c.txt"],
    ]) {
      const answer = await redraft(["apply", name, "--model", "none", ...words], {
        cwd: folder,
        stdin: edit,
      });
      expect(answer.code, words.join(" ")).toBe(2);
    }
    expect(read(name).toString()).toBe(source);
    const late = await redraft(["apply", name, "--model", "none", "--receipt", "."], {
      cwd: folder,
      stdin: edit,
    });
    expect(late.code).toBe(3);
    expect(late.stderr).toContain("c.txt was edited, but its receipt could not be written");
  });

  it("redraft batch answers with one where the line asks for it", async () => {
    const rows = [
      { id: 1, path: "a.txt", original: source, edit, receipt: true },
      { id: 2, path: "a.txt", original: source, edit },
      { id: 3, path: "a.txt", original: source, edit, receipt: "yes" },
      { id: 4, path: "new.txt", original: "", edit: "a\n", format: "whole", receipt: true },
    ];
    const stdin = rows.map((row) => JSON.stringify(row)).join("\n");
    const { stdout } = await redraft(["batch", "--model", "none"], { cwd: folder, stdin });
    const [first, second, third, fourth] = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const files = {
      before: Buffer.from(source),
      after: Buffer.from(first.result),
      edit: Buffer.from(edit),
    };
    expect(verifyReceipt(Buffer.from(receiptText(first.receipt)), files)).toMatchObject({
      ok: true,
    });
    expect(second).not.toHaveProperty("receipt");
    expect(third).toMatchObject({ result: null, error: { code: "usage" } });
    expect(fourth.receipt).toMatchObject({ action: "create", before: null });
  });

  it("the editor of MCP and the AI SDK gives one with every written edit", async () => {
    const root = join(folder, "root");
    mkdirSync(root);
    writeFileSync(join(root, "a.txt"), source);
    const editor = createFileEditor({ redraft: createRedraft(), roots: [root] });
    const pair = { old_string: "two", new_string: "TWO" };
    const dry = await editor.edit({ path: "a.txt", ...pair, dry_run: true });
    expect(dry).not.toHaveProperty("receipt");
    const { receipt } = await editor.edit({ path: "a.txt", ...pair });
    const files = {
      before: Buffer.from(source),
      after: readFileSync(join(root, "a.txt")),
      edit: Buffer.from(JSON.stringify(pair)),
    };
    expect(verifyReceipt(Buffer.from(receiptText(receipt!)), files)).toMatchObject({ ok: true });
  });
});

describe("receipts in git notes", () => {
  const git = (cwd: string, ...words: string[]): string =>
    execFileSync(
      "git",
      [
        "-c",
        "user.name=t",
        "-c",
        "user.email=t@example.org",
        "-c",
        "commit.gpgsign=false",
        ...words,
      ],
      { cwd, encoding: "utf8" },
    );

  it("redraft verify --note checks them against the commit's own files", async () => {
    const repository = join(folder, "repository");
    const cwd = join(repository, "src");
    mkdirSync(cwd, { recursive: true });
    git(repository, "init", "-q");
    writeFileSync(join(cwd, "a.txt"), source);
    git(repository, "add", "-A");
    git(repository, "commit", "-qm", "before");
    const apply = (
      file: string,
      text: string,
      receipt: string,
      ...more: string[]
    ): Promise<unknown> =>
      redraft(["apply", file, "--model", "none", "--receipt", join(folder, receipt), ...more], {
        cwd,
        stdin: text,
      });
    await apply("a.txt", edit, "1.json");
    await apply("a.txt", edit.replaceAll("two", "three").replace("TWO", "THREE"), "2.json");
    await apply(join(cwd, "new.txt"), "new\n", "3.json", "--format", "whole");
    git(repository, "add", "-A");
    git(repository, "commit", "-qm", "after");
    for (const name of ["1", "2", "3"])
      git(cwd, "notes", "--ref=redraft", "append", "-F", join(folder, `${name}.json`), "HEAD");
    const good = await redraft(["verify", "--note", "HEAD"], { cwd });
    expect(good).toMatchObject({ code: 0, stderr: "" });
    expect(good.stdout.match(/the receipt verifies/g)).toHaveLength(3);
    expect(good.stdout).toContain("before: it is the result of the receipt above");

    const without = await redraft(["verify", "--note", "HEAD^"], { cwd });
    expect(without.code).toBe(3);
    expect(without.stderr).toContain("no note with receipts");
    expect((await redraft(["verify", "x.json", "--note", "HEAD"], { cwd })).code).toBe(2);

    // A change by other means goes into the same commit: the last receipt no longer ends with the commit's file.
    writeFileSync(join(cwd, "a.txt"), "one\nTWO\nTHREE\nfour\n");
    git(repository, "commit", "-qa", "--amend", "-m", "after");
    git(cwd, "notes", "--ref=redraft", "copy", "HEAD@{1}", "HEAD");
    const bad = await redraft(["verify", "--note", "HEAD", "--json"], { cwd });
    expect(bad.code).toBe(1);
    const rows = bad.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(rows.map(({ ok }) => ok)).toEqual([true, false, true]);
    expect(rows[1].problems[0]).toContain("something else changed it too");
  });
});
