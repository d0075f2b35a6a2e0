import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const folder = fileURLToPath(new URL("../training/", import.meta.url));
/** What the tests of `training` import; `training/requirements.txt` installs it. */
const needed = ["pytest", "numpy", "torch", "sentencepiece", "gguf", "sklearn"];

/** Why Python's tests cannot run here; undefined if they can. */
function missing(): string | undefined {
  const look = `import importlib.util, sys
print(*[name for name in sys.argv[1:] if importlib.util.find_spec(name) is None])`;
  const { status, stdout } = spawnSync("python3", ["-c", look, ...needed], { encoding: "utf8" });
  if (status !== 0) return "there is no python3";
  const modules = stdout.trim().split(/\s+/).filter(Boolean);
  return modules.length === 0 ? undefined : `python3 has no ${modules.join(", ")}`;
}

const why = missing();
const files = readdirSync(join(folder, "tests")).filter((name) => /^test_.*\.py$/.test(name));

describe(`the tests of training, in Python${why ? ` (skipped: ${why})` : ""}`, () => {
  it.skipIf(why !== undefined).each(files)("%s", { timeout: 300_000 }, (name) => {
    const words = ["-m", "pytest", "-q", "-p", "no:cacheprovider", join("tests", name)];
    const { status, stdout, stderr } = spawnSync("python3", words, {
      cwd: folder,
      encoding: "utf8",
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1" },
    });
    expect(status, `${stdout}\n${stderr}`).toBe(0);
  });
});
