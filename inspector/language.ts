import type { Extension } from "@codemirror/state";

export type Languages = Readonly<Record<string, () => Extension>>;

const aliases: Readonly<Record<string, string>> = {
  mts: "ts",
  cts: "ts",
  mjs: "js",
  cjs: "js",
  jsx: "js",
  pyi: "py",
  h: "c",
  cc: "c",
  cpp: "c",
  hpp: "c",
  cxx: "c",
  kt: "java",
  jsonc: "json",
  htm: "html",
  vue: "html",
  svelte: "html",
  scss: "css",
};

let loading: Promise<Languages> | undefined;

/** The highlighting of a file by its name; none where the language is not known or its script does not load. */
export async function languageOf(path: string): Promise<Extension> {
  const end = /\.([a-z]+)$/i.exec(path)?.[1]?.toLowerCase() ?? "";
  const name = aliases[end] ?? end;
  if (!/^(ts|tsx|js|py|go|rs|java|c|json|html|css|md)$/.test(name)) return [];
  loading ??= loadLanguages();
  const languages = await loading.catch((): Languages => ({}));
  return languages[name]?.() ?? [];
}

function loadLanguages(): Promise<Languages> {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = "languages.js";
    script.onload = () =>
      resolve((globalThis as { redraftLanguages?: Languages }).redraftLanguages ?? {});
    script.onerror = () => reject(new Error("languages.js does not load"));
    document.head.append(script);
  });
}
