import { createHash } from "node:crypto";
import { lstat, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { modelAddress } from "./address.ts";
import { catalogued } from "./catalogue.ts";
import { modelFolder } from "./folder.ts";
import {
  addModel,
  downloadModel,
  installedModels,
  modelPath,
  removeModel,
  verifyModel,
} from "./store.ts";

const weights = "GGUF and then some";
const sha256 = createHash("sha256").update(weights).digest("hex");

let root: string;
let options: { folder: string; shipped: string };

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "redraft-store-"));
  options = { folder: join(root, "cache"), shipped: join(root, "models") };
  await mkdir(options.shipped);
  await writeFile(join(options.shipped, "redraft-apply-6m.gguf"), weights);
  await writeFile(join(options.shipped, "checksums.txt"), `${sha256}  redraft-apply-6m.gguf\n`);
});

afterEach(() => rm(root, { recursive: true, force: true }));

const answer = (): Promise<Response> => Promise.resolve(new Response(weights));

describe("the model store", () => {
  it("lists shipped and downloaded models", async () => {
    await downloadModel("https://models.test/a/tiny.gguf?download=true", {
      ...options,
      fetch: answer,
    });
    const found = await installedModels(options);
    expect(found.map(({ name, from, size }) => ({ name, from, size }))).toEqual([
      { name: "apply", from: "shipped", size: weights.length },
      { name: "tiny", from: "downloaded", size: weights.length },
    ]);
    expect(found[0]!.sha256).toBe(sha256);
    expect(await modelPath("apply", options)).toBe(found[0]!.path);
    expect(await modelPath("tiny", options)).toBe(found[1]!.path);
    expect(await modelPath("tiny.gguf", options)).toBe(found[1]!.path);
    expect(await modelPath(found[1]!.path, options)).toBe(found[1]!.path);
  });

  it("does not fetch twice what it has", async () => {
    let calls = 0;
    const fetch = (): Promise<Response> => {
      calls++;
      return answer();
    };
    const name = "owner/repository/tiny.gguf";
    expect(await downloadModel(name, { ...options, fetch })).toMatchObject({ already: false });
    expect(await downloadModel(name, { ...options, fetch })).toMatchObject({
      already: true,
      sha256,
    });
    expect(calls).toBe(1);
    await expect(
      downloadModel(name, { ...options, fetch, sha256: "1".repeat(64) }),
    ).rejects.toMatchObject({ code: "file-error" });
  });

  it("removes a download and what an unfinished one left", async () => {
    await downloadModel("https://models.test/tiny.gguf", { ...options, fetch: answer });
    await writeFile(join(options.folder, "tiny.gguf.part"), "half");
    await removeModel("tiny", options);
    expect(await readdir(options.folder)).toEqual([]);
    await expect(removeModel("tiny", options)).rejects.toMatchObject({
      code: "model-unavailable",
    });
    await expect(removeModel("apply", options)).rejects.toMatchObject({ code: "usage" });
  });

  it("stays inside its folder", async () => {
    await expect(removeModel("../weights/redraft-apply-6m", options)).rejects.toBeDefined();
    expect(await installedModels(options)).toHaveLength(1);
    expect(modelAddress("https://models.test/a/..%2F..%2Fevil.gguf").file).toBe("__.._evil.gguf");
  });

  it("names the models at hand when one is unknown", async () => {
    await expect(modelPath("nothing", options)).rejects.toThrow(/installed: apply/);
    await expect(modelPath("missing.gguf", options)).rejects.toMatchObject({
      code: "model-unavailable",
    });
  });

  it("notices a damaged shipped model", async () => {
    const [model] = await installedModels(options);
    await verifyModel(model!);
    await writeFile(model!.path, "GGUF but damaged");
    await expect(verifyModel(model!)).rejects.toThrow(/damaged/);
  });
});

describe("modelAddress", () => {
  it("reads URLs and hub names", () => {
    expect(modelAddress("owner/name/sub/w q8.gguf", "https://hub.test/")).toEqual({
      url: "https://hub.test/owner/name/resolve/main/sub/w%20q8.gguf",
      file: "w q8.gguf",
    });
    expect(modelAddress("hf:owner/name@v2/w.gguf", "https://hub.test").url).toBe(
      "https://hub.test/owner/name/resolve/v2/w.gguf",
    );
    expect(modelAddress("http://127.0.0.1:9/x/y.gguf").file).toBe("y.gguf");
    for (const wrong of ["tiny", "owner/name", "https://models.test/", "a//b.gguf", "a/b/c.bin"]) {
      expect(() => modelAddress(wrong)).toThrow();
    }
  });
});

describe("modelFolder", () => {
  it("follows the platform's custom", () => {
    const home = "/home/me";
    expect(modelFolder({ env: {}, platform: "linux", home })).toBe(
      join(home, ".cache", "redraft", "models"),
    );
    expect(modelFolder({ env: { XDG_CACHE_HOME: "/c" }, platform: "linux", home })).toBe(
      join("/c", "redraft", "models"),
    );
    expect(modelFolder({ env: { REDRAFT_MODELS: "/m" }, home })).toBe("/m");
  });
});

describe("a model brought another way", () => {
  it("is linked under a name, listed, used and removed; its file stays", async () => {
    const file = join(root, "brought.gguf");
    await writeFile(file, weights);
    const added = await addModel("mine", file, options);
    expect(added).toMatchObject({ name: "mine", sha256, verified: false });
    expect(await addModel("mine", file, options)).toEqual(added);
    expect((await installedModels(options)).at(-1)).toMatchObject({ name: "mine", from: "added" });
    expect(await modelPath("mine", options)).toBe(added.path);
    expect((await lstat(added.path)).isSymbolicLink()).toBe(true);

    const second = join(root, "second.gguf");
    await writeFile(second, `${weights}, and more`);
    await expect(addModel("mine", second, options)).rejects.toThrow(/there is another model mine/);
    await removeModel("mine", options);
    expect(await readdir(root)).toContain("brought.gguf");
    await addModel("mine", second, options);
    await rm(second);
    // A link that leads nowhere is no model, and its name is free.
    expect((await installedModels(options)).map(({ name }) => name)).toEqual(["apply"]);
    await addModel("mine", file, options);
  });

  it("has the sum of the alias that it is added under", async () => {
    const file = join(root, "brought.gguf");
    await writeFile(file, weights);
    await expect(addModel("qwen-0.5b", file, options)).rejects.toMatchObject({
      code: "file-error",
      message: expect.stringContaining(catalogued("qwen-0.5b")!.sha256!),
    });
    expect(await readdir(options.folder).catch(() => [])).toEqual([]);
  });

  it.each([
    ["a/b", "letters"],
    ["..", "letters"],
    ["apply", "shipped"],
  ])("refuses the name %s", async (name, message) => {
    const file = join(root, "brought.gguf");
    await writeFile(file, weights);
    await expect(addModel(name, file, options)).rejects.toMatchObject({
      code: "usage",
      message: expect.stringContaining(message),
    });
  });

  it("refuses what is no model", async () => {
    await writeFile(join(root, "text.gguf"), "text");
    await expect(addModel("mine", join(root, "text.gguf"), options)).rejects.toThrow(/not a GGUF/);
    await expect(addModel("mine", join(root, "none.gguf"), options)).rejects.toThrow(/no file/);
  });
});

describe("an alias", () => {
  it("says how to get a model that is not installed", async () => {
    await expect(modelPath("qwen-7b", options)).rejects.toThrow(/redraft models download qwen-7b/);
  });

  it("is downloaded from its repository and kept under the alias, if the sum is right", async () => {
    const asked: string[] = [];
    const fetch = (url: unknown): Promise<Response> => {
      asked.push(String(url));
      return answer();
    };
    const more = { ...options, fetch: fetch as typeof globalThis.fetch, hub: "https://hub.test" };
    expect(await downloadModel("seed-coder-8b", more)).toMatchObject({ name: "seed-coder-8b" });
    expect(asked[0]).toBe(
      "https://hub.test/unsloth/Seed-Coder-8B-Instruct-GGUF/resolve/main/Seed-Coder-8B-Instruct-Q4_K_M.gguf",
    );
    expect(await modelPath("seed-coder-8b", options)).toBe(
      join(options.folder, "seed-coder-8b.gguf"),
    );
    await expect(downloadModel("qwen-0.5b", more)).rejects.toThrow(
      catalogued("qwen-0.5b")!.sha256!,
    );
    await expect(downloadModel("smollm2-135m", more)).rejects.toThrow(/redraft models add/);
  });
});
