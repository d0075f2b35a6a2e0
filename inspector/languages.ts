import { cpp } from "@codemirror/lang-cpp";
import { css } from "@codemirror/lang-css";
import { go } from "@codemirror/lang-go";
import { html } from "@codemirror/lang-html";
import { java } from "@codemirror/lang-java";
import { javascript } from "@codemirror/lang-javascript";
import { json } from "@codemirror/lang-json";
import { markdown } from "@codemirror/lang-markdown";
import { python } from "@codemirror/lang-python";
import { rust } from "@codemirror/lang-rust";
import type { Languages } from "./language.ts";

/** A script of its own that is loaded when a file of a known language is shown. */
const languages: Languages = {
  ts: () => javascript({ typescript: true }),
  tsx: () => javascript({ typescript: true, jsx: true }),
  js: () => javascript({ jsx: true }),
  py: python,
  go,
  rs: rust,
  java,
  c: cpp,
  json,
  html,
  css,
  md: () => markdown(),
};
(globalThis as { redraftLanguages?: Languages }).redraftLanguages = languages;
