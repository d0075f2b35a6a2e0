import { readFileSync } from "node:fs";
import { slug } from "github-slugger";
import { defineConfig } from "vitepress";

// Written by scripts/site/stage.ts.
const site = JSON.parse(readFileSync(new URL("../.pages/site.json", import.meta.url), "utf8"));

/** Gives links and images the addresses that they have on the site; a link to a file that the site does not have becomes its text. */
function siteLinks(md) {
  md.core.ruler.push("site-links", ({ tokens, env }) => {
    const links = site.links[env.relativePath] ?? {};
    for (const block of tokens) {
      // The theme has no style for indented code.
      if (block.type === "code_block")
        Object.assign(block, { type: "fence", info: "txt", tag: "code" });
      const { children } = block;
      if (!children) continue;
      const kept = [];
      let dropping = false;
      for (const token of children) {
        const name = token.type === "image" ? "src" : "href";
        const address = token.attrGet?.(name);
        const target = address == null ? undefined : links[address];
        if (target != null) token.attrSet(name, target);
        if (token.type === "link_open" && target === null) dropping = true;
        else if (token.type === "link_close" && dropping) dropping = false;
        else kept.push(token);
      }
      children.splice(0, children.length, ...kept);
    }
  });
}

const base = process.env.SITE_BASE ?? "/";

export default defineConfig({
  lang: "en",
  title: "Redraft",
  description: "Applies code edits to files exactly, or refuses and says why.",
  base,
  head: [["link", { rel: "icon", type: "image/svg+xml", href: `${base}icon.svg` }]],
  srcDir: ".pages",
  outDir: "dist",
  // What looks like a tag in these pages is text: <file>.
  markdown: { html: false, anchor: { slugify: slug }, config: siteLinks },
  themeConfig: {
    search: { provider: "local" },
    outline: [2, 3],
    sidebar: site.sidebar,
    nav: [
      { text: "Guide", link: "/guide/apply" },
      { text: "Reference", link: "/api/index.html", target: "_self" },
      { text: "Playground", link: "/playground/index.html", target: "_self" },
      { text: site.version, link: "/changelog" },
    ],
  },
});
