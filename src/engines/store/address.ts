import { RedraftError } from "../../core/errors.ts";

/** A model to download: from where, and the file name that it is kept under. */
export interface ModelAddress {
  readonly url: string;
  readonly file: string;
}

const defaultHub = "https://huggingface.co";

/**
 * Reads what a person names a downloadable model by: a URL of a GGUF, or a hub name `owner/repository/file.gguf`,
 * with `@revision` behind the repository where the newest is not wanted.
 *
 * @param hub the hub's address; `REDRAFT_HUB` or `HF_ENDPOINT` name another one.
 */
export function modelAddress(name: string, hub: string = hubAddress()): ModelAddress {
  if (/^https?:\/\//i.test(name)) {
    const url = URL.canParse(name) ? new URL(name) : undefined;
    const file = url && decodedName(url.pathname);
    if (!url || !file?.toLowerCase().endsWith(".gguf")) {
      throw new RedraftError("usage", `${name} does not end in the name of a .gguf file`);
    }
    return { url: url.href, file: safeName(file) };
  }
  const parts = name.replace(/^hf:/, "").split("/");
  const [owner, repository, ...path] = parts;
  const file = path.at(-1);
  if (!owner || !repository || !file?.toLowerCase().endsWith(".gguf") || parts.includes("")) {
    throw new RedraftError(
      "usage",
      `"${name}" is neither a URL of a .gguf file nor a hub name such as owner/repository/file.gguf`,
    );
  }
  const [name_, revision = "main"] = repository.split("@");
  const encoded = path.map(encodeURIComponent).join("/");
  const root = hub.replace(/\/+$/, "");
  const at = encodeURIComponent(revision);
  return {
    url: `${root}/${encodeURIComponent(owner)}/${encodeURIComponent(name_!)}/resolve/${at}/${encoded}`,
    file: safeName(file),
  };
}

export function hubAddress(
  env: Readonly<Record<string, string | undefined>> = process.env,
): string {
  return env.REDRAFT_HUB || env.HF_ENDPOINT || defaultHub;
}

function decodedName(path: string): string {
  const last = path.slice(path.lastIndexOf("/") + 1);
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}

/** A name that stays inside its folder on every platform. */
function safeName(file: string): string {
  return file.replace(/[^\w.+@ -]/g, "_").replace(/^\.+/, "_");
}
