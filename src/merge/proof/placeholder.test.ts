import { describe, expect, it } from "vitest";
import type { FormatName } from "../../core/edit.ts";
import { readEdit } from "../../edit/read.ts";
import { merge } from "../merge.ts";

const shop =
  "class Shop\n  def open\n    @open = true\n  end\n\n  def close\n    @open = false\n    log\n  end\n\n  def stock(item)\n    @items[item]\n  end\nend\n";
const head = "class Shop\n  def open\n    @open = 1\n  end\n\n";

function answer(source: string, edit: string, path: string, format?: FormatName) {
  return merge(source, readEdit(edit, { path, source, ...(format && { format }) }));
}

describe("a comment in the place of code", () => {
  for (const comment of [
    "# die übrigen Methoden wie bisher",
    "# reszta metod bez zmian",
    "# close, stock: as above",
    "# 残りのメソッドは同じ",
    "# etc.",
  ]) {
    it(`is a question: ${comment}`, () => {
      const outcome = answer(shop, `${head}  ${comment}\nend\n`, "shop.rb", "whole");
      expect(outcome).toMatchObject({ kind: "refused", code: "check-failed" });
      expect(outcome).toHaveProperty("message", expect.stringContaining("Edit line 6"));
      expect(outcome).toHaveProperty(
        "message",
        expect.stringContaining("the code of close, stock"),
      );
      expect(outcome).toHaveProperty("message", expect.stringContaining(comment));
    });
  }

  it("is a question as the body of a declaration, on its line or below", () => {
    const source =
      "int a(int x) {\n  int y = x;\n  return y;\n}\n\nint b(int x) {\n  return x;\n}\n";
    for (const body of ["{ /* same */ }", "{ ... }", "{\n  // igual que antes\n}"]) {
      const edit = `int a(int x) ${body}\n\nint b(int x) {\n  return x + 1;\n}\n`;
      expect(answer(source, edit, "a.c", "whole")).toMatchObject({
        kind: "refused",
        details: { names: ["a"] },
      });
    }
    const python = "def a(x):\n    y = x\n    return y\n\n\ndef b(x):\n    return x\n";
    const edit = "def a(x):\n    pass  # sin cambios\n\n\ndef b(x):\n    return x + 1\n";
    expect(answer(python, edit, "a.py", "whole")).toMatchObject({
      kind: "refused",
      details: { names: ["a"] },
    });
  });

  it("is a question in the new side of a block", () => {
    const block =
      "<<<<<<< SEARCH\n  def close\n    @open = false\n    log\n  end\n\n  def stock(item)\n    @items[item]\n  end\n=======\n  # le reste\n>>>>>>> REPLACE\n";
    expect(answer(shop, block, "shop.rb")).toMatchObject({
      kind: "refused",
      details: { names: ["close", "stock"] },
    });
  });

  it("is text where it says that something was removed, or is the code itself", () => {
    const gone = `${head}  # removed close and stock\nend\n`;
    expect(answer(shop, gone, "shop.rb", "whole").kind).toBe("proved");
    const off = shop.replace(/ {2}def close[\s\S]*?\n {2}end\n/, (all) =>
      all.replace(/^ {2}/gm, "  # "),
    );
    expect(answer(shop, off, "shop.rb", "whole")).toMatchObject({ kind: "proved", text: off });
  });

  it("is text where it replaces statements, another comment, or stands beside new code", () => {
    const statements = shop.replace(
      "    @open = false\n    log\n",
      "    # nothing to do\n    @open = nil\n",
    );
    expect(answer(shop, statements, "shop.rb", "whole").kind).toBe("proved");
    const noted = shop.replace("  def close", "  # Closes it.\n  def close");
    expect(answer(shop, noted, "shop.rb", "whole").kind).toBe("proved");
    const other = noted.replace("# Closes it.", "# Shuts it.");
    expect(answer(noted, other, "shop.rb", "whole").kind).toBe("proved");
  });

  it("is text where the code went elsewhere in the file", () => {
    const close = "  def close\n    @open = false\n    log\n  end\n";
    const moved = shop.replace(close, "  # see below\n").replace(/end\n$/, `\n${close}end\n`);
    expect(answer(shop, moved, "shop.rb", "whole")).toMatchObject({ kind: "proved", text: moved });
  });
});
