import type { InspectApi, VerifyView } from "./api.ts";
import { announce, button, element, fill } from "./dom.ts";
import { filePicker } from "./file-picker.ts";

export interface ReceiptTab {
  open(receipt: string): void;
}

const sides = ["before", "after", "edit", "base"] as const;

/** The fields of a receipt that are shown; others are shown as JSON. */
interface ShownReceipt {
  readonly tool?: unknown;
  readonly path?: string;
  readonly action?: string;
  readonly route?: string;
  readonly why?: string;
  readonly checks?: readonly { readonly name: string; readonly ok: boolean | "unknown" }[];
  readonly lines?: {
    readonly result: readonly {
      readonly from: string;
      readonly lines: readonly [number, number];
      readonly source?: unknown;
      readonly edit?: number;
    }[];
    readonly source: readonly {
      readonly fate: string;
      readonly lines: readonly [number, number];
      readonly result?: unknown;
    }[];
  };
}

/** A receipt, what of it is true, and its line map. */
export function createReceiptTab(section: HTMLElement, api: InspectApi): ReceiptTab {
  const files = new Map<string, string>();
  const text = element("textarea", {
    id: "receipt-text",
    attributes: {
      rows: "4",
      "aria-label": "The receipt, one line of JSON",
      placeholder: "Paste a receipt, or open its file",
      spellcheck: "false",
    },
  });
  const answer = element("div", { id: "receipt-answer", attributes: { "aria-live": "polite" } });
  let bytes = "";
  text.addEventListener("input", () => {
    // A text field has no final line feed to show, and the canonical form has one.
    bytes = text.value.endsWith("\n") ? text.value : `${text.value}\n`;
  });
  fill(
    section,
    element(
      "div",
      { class: "bar" },
      filePicker("Receipt", (receipt) => open(receipt)),
      ...sides.map((side) => filePicker(side, (_text, file) => void attach(side, file))),
      button("Verify", () => void verify(), { id: "verify-button", class: "primary" }),
    ),
    text,
    answer,
  );

  async function attach(side: string, file: File): Promise<void> {
    files.set(side, base64Of(new Uint8Array(await file.arrayBuffer())));
    announce(`${side}: ${file.name}`);
  }

  function open(receipt: string): void {
    bytes = receipt;
    text.value = receipt;
    void verify();
  }

  async function verify(): Promise<void> {
    try {
      show(await api.verify({ receipt: bytes, ...Object.fromEntries(files) }));
    } catch (error) {
      fill(answer, element("p", { class: "bad" }, (error as Error).message));
    }
  }

  function show({ ok, problems, checked, notChecked, found, receipt }: VerifyView): void {
    fill(
      answer,
      element(
        "h2",
        { class: ok ? "good" : "bad", id: "receipt-verdict" },
        ok ? "✓ Nothing that was checked is wrong" : "✗ It does not verify",
      ),
      list("Wrong", problems, "bad"),
      list("Checked", checked, "good"),
      list("Not checked", notChecked, "dim"),
      found.length > 0 &&
        element(
          "p",
          {},
          `Found in the folder: ${found.map(({ side, path }) => `${side} = ${path}`).join(", ")}`,
        ),
      receipt !== undefined && receiptView(receipt as ShownReceipt),
    );
    announce(ok ? "The receipt verifies." : `It does not verify: ${problems[0] ?? ""}`);
  }

  return { open };
}

function list(title: string, items: readonly string[], tone: string): HTMLElement | undefined {
  if (items.length === 0) return undefined;
  return element(
    "div",
    {},
    element("h3", { class: tone }, title),
    element("ul", {}, ...items.map((item) => element("li", {}, item))),
  );
}

function receiptView({ path, action, route, why, checks = [], lines }: ShownReceipt): HTMLElement {
  const marks = { true: "✓", false: "✗", unknown: "?" };
  return element(
    "div",
    {},
    element("p", {}, `${action ?? ""} ${path ?? ""}; route ${route ?? "?"}: ${why ?? ""}`),
    element(
      "p",
      {},
      checks.map(({ name, ok }) => `${marks[String(ok) as "true"]} ${name}`).join("  "),
    ),
    lines &&
      runs(
        "Lines of the result",
        ["lines", "from", "line there"],
        lines.result.map((run) => [
          span(run.lines),
          run.from,
          place(run.source) || (run.edit === undefined ? "" : `edit ${run.edit}`),
        ]),
      ),
    lines &&
      runs(
        "Lines of the file before",
        ["lines", "fate", "lines of the result"],
        lines.source.map((run) => [span(run.lines), run.fate, place(run.result)]),
      ),
  );
}

const span = ([first, last]: readonly [number, number]): string =>
  first === last ? String(first) : `${first} to ${last}`;

function place(value: unknown): string {
  if (typeof value === "number") return String(value);
  return Array.isArray(value) && value.length === 2 ? span(value as [number, number]) : "";
}

const mostRuns = 500;

function runs(
  caption: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): HTMLElement {
  const more = rows.length - mostRuns;
  return element(
    "table",
    { class: "events" },
    element(
      "caption",
      {},
      `${caption}${more > 0 ? ` (the first ${mostRuns} of ${rows.length} runs)` : ""}`,
    ),
    element(
      "thead",
      {},
      element(
        "tr",
        {},
        ...head.map((name) => element("th", { attributes: { scope: "col" } }, name)),
      ),
    ),
    element(
      "tbody",
      {},
      ...rows
        .slice(0, mostRuns)
        .map((cells) => element("tr", {}, ...cells.map((cell) => element("td", {}, cell)))),
    ),
  );
}

function base64Of(bytes: Uint8Array): string {
  let binary = "";
  for (let at = 0; at < bytes.length; at += 32_768)
    binary += String.fromCharCode(...bytes.subarray(at, at + 32_768));
  return btoa(binary);
}
