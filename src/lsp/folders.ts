import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { RedraftError } from "../core/errors.ts";
import { narrowRoots } from "../workspace/narrow-roots.ts";
import { type RootedPath, resolveInRoots } from "../workspace/roots.ts";

/** Which documents may be edited: those in the folders of the command line and of the editor. */
export interface OpenFolders {
  /** The editor's folders from now on. */
  set(uris: readonly string[]): void;
  change(added: readonly string[], removed: readonly string[]): void;
  /** Empty where neither the command line nor the editor names a folder. */
  roots(): Promise<readonly string[]>;
  /**
   * The path of a document, as messages show it and by which its language is known. A document without a file, and any document where no
   * folder is named, has its last name: the editor owns its text, and nothing is read or written here.
   *
   * @throws `outside-root` for a file that is in none of the folders
   */
  pathOf(uri: string): Promise<string>;
  /** The root of a file, and its path in it; throws `outside-root` for everything else. */
  locate(uri: string): Promise<RootedPath>;
}

/** @param given folders of the command line; the editor's narrow them and never widen them */
export function openFoldersOf(given: readonly string[]): OpenFolders {
  let asked: readonly string[] = [];

  async function roots(): Promise<readonly string[]> {
    if (asked.length === 0) return given;
    return given.length === 0 ? asked : narrowRoots(given, asked);
  }

  async function locate(uri: string): Promise<RootedPath> {
    return resolveInRoots(fileOfUri(uri) ?? uri, await roots());
  }

  return {
    set(uris) {
      asked = foldersOf(uris);
    },
    change(added, removed) {
      const closed = new Set(foldersOf(removed));
      asked = [...asked.filter((folder) => !closed.has(folder)), ...foldersOf(added)];
    },
    roots,
    async pathOf(uri) {
      const isRestricted = given.length > 0 || asked.length > 0;
      if (isRestricted && uri.startsWith("file:")) return (await locate(uri)).display;
      const name = fileOfUri(uri) ?? decodedUri(uri).replace(/^[a-z][a-z0-9+.-]*:/i, "");
      return basename(name) || "document";
    },
    locate,
  };
}

/** The file that a URI names; undefined for documents that are in no file. */
function fileOfUri(uri: string): string | undefined {
  if (!uri.startsWith("file:")) return undefined;
  try {
    return fileURLToPath(uri);
  } catch {
    throw new RedraftError("outside-root", `${uri} names no local file. Nothing was changed.`);
  }
}

const foldersOf = (uris: readonly string[]): string[] =>
  uris.flatMap((uri) => {
    try {
      return [fileURLToPath(uri)];
    } catch {
      return [];
    }
  });

function decodedUri(uri: string): string {
  try {
    return decodeURIComponent(uri);
  } catch {
    return uri;
  }
}
