import { element } from "./dom.ts";

/** A button that opens a file of the user's; its text stays in the page. */
export function filePicker(label: string, onText: (text: string, file: File) => void): HTMLElement {
  const input = element("input", { attributes: { type: "file" } });
  input.addEventListener("change", () => {
    const file = input.files?.[0];
    if (file) void file.text().then((text) => onText(text, file));
  });
  return element("label", { class: "picker" }, `${label} `, input);
}
