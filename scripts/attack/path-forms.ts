import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** The folders that the forms are about; see `paths.ts`. */
export interface Ground {
  /** Holds `project`, `secret.txt`, `outside/secret.txt` and `project-secret/secret.txt`. */
  readonly base: string;
  readonly root: string;
}

/** Links in `project`, and where each leads. */
export const links: Readonly<Record<string, string>> = {
  "link-file": "../secret.txt",
  "link-folder": "../outside",
  "link-base": "..",
  "link-dangling": "../not-there",
  "link-dangling-folder": "../not-there/deep",
  "link-loop": "link-loop",
  "link-absolute": "/etc",
  "link-to-link": "link-folder",
  "link-proc": "/proc/self/root",
  "src/link-up": "../..",
};

/** 400 ways to name something outside, or nearly: whatever is inside after all may be touched, nothing else. */
export function pathForms({ base, root }: Ground): string[] {
  const climbs = [
    "..",
    "src/../..",
    "src/deep/../../..",
    "./..",
    "none/../..",
    ".//..",
    "src/a.ts/../../..",
  ];
  const goals = [
    "secret.txt",
    "outside/secret.txt",
    "project-secret/secret.txt",
    "new-outside.txt",
  ];
  const plain = climbs.flatMap((climb) => goals.map((goal) => `${climb}/${goal}`));
  const deeper = [2, 3, 8, 40].flatMap((times) => [
    `${"../".repeat(times)}etc/passwd`,
    `src/${"../".repeat(times)}etc/passwd`,
  ]);
  const absolute = goals.flatMap((goal) => [
    join(base, goal),
    `${root}/../${goal}`,
    `//${join(base, goal)}`,
    `/./${join(base, goal)}`,
    `${root}//..//${goal}`,
    `${root}-secret/${goal}`,
  ]);
  const throughLinks = Object.keys(links).flatMap((link) => [
    link,
    `${link}/secret.txt`,
    `${link}/outside/secret.txt`,
    `${link}/new.txt`,
    `${link}/deep/new.txt`,
    `${link}/../secret.txt`,
    `./${link}/.`,
  ]);
  const system = [
    "/etc/passwd",
    "/proc/self/root/etc/passwd",
    "/proc/self/cwd/package.json",
    "/proc/self/environ",
    "/dev/fd/0",
    "/dev/stdin",
    "/dev/null",
    "/dev/zero",
    "/dev/tty",
    "/sys/kernel/notes",
    "/",
    "//",
    ".",
    "..",
    "./",
    "../",
    "/proc/1/root/etc/passwd",
    "/proc/thread-self/root/etc/passwd",
    "/tmp",
    "/etc/ssh/ssh_host_rsa_key",
  ];
  const hosts = [
    "~/.ssh/id_rsa",
    "~root/.profile",
    "~",
    "~/",
    "C:\\Windows\\win.ini",
    "C:secret.txt",
    "c:/secret.txt",
    "\\\\server\\share\\x",
    "//server/share/x",
    "\\\\?\\C:\\x",
    "\\etc\\passwd",
    "file:///etc/passwd",
    "file://localhost/etc/passwd",
    "file:/etc/passwd",
    "FILE:///etc/passwd",
    "file://server/share",
    "https://example.com/x",
    "data:text/plain,x",
    "$HOME/secret.txt",
    "%HOME%/secret.txt",
    "$(pwd)/../secret.txt",
    "`pwd`/../secret.txt",
    "{..,src}/secret.txt",
    "*/../../secret.txt",
    "-rf",
    "--help",
    "CON",
    "NUL",
    "aux.txt",
    "secret.txt:stream",
    "..;/secret.txt",
  ];
  const urls = goals.flatMap((goal) => [
    pathToFileURL(join(base, goal)).href,
    `${pathToFileURL(root).href}/../${goal}`,
    `${pathToFileURL(root).href}/%2e%2e/${goal}`,
    `${pathToFileURL(root).href}/link-base/${goal}`,
  ]);
  const encodings: ((path: string) => string)[] = [
    (path) => path.replaceAll("/", "\\"),
    (path) => path.replaceAll("..", "%2e%2e"),
    (path) => path.replaceAll("/", "%2f"),
    (path) => path.replaceAll("..", "%2E%2E").replaceAll("/", "%5C"),
    (path) => path.replaceAll("..", "%252e%252e"),
    (path) => path.replaceAll("..", "\u2025"),
    (path) => path.replaceAll(".", "\uff0e"),
    (path) => path.replaceAll("/", "\u2215"),
    (path) => path.replaceAll("/", "\u0000/"),
    (path) => `${path}\u0000.ts`,
    (path) => path.replaceAll("..", "..."),
    (path) => path.replaceAll("..", ".. "),
    (path) => ` ${path}`,
    (path) => `${path}/`,
    (path) => `${path}\n`,
    (path) => path.replaceAll("..", "\ud800.."),
    (path) => `src/\ufffd/${path}`,
    (path) => path.toUpperCase(),
    (path) => path.replaceAll("/", "//"),
    (path) => path.normalize("NFD"),
  ];
  const encoded = encodings.flatMap((encode) => plain.slice(0, 12).map(encode));
  const long = [
    `${"a".repeat(300)}/x`,
    `${"d/".repeat(3000)}x`,
    `${"src/../".repeat(700)}../secret.txt`,
    "x".repeat(256),
  ];
  const forms = [
    ...plain,
    ...deeper,
    ...absolute,
    ...throughLinks,
    ...system,
    ...hosts,
    ...urls,
    ...long,
    ...encoded,
  ];
  return [...new Set(forms)].slice(0, 400);
}
