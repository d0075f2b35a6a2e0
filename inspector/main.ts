import { examples } from "virtual:examples";
import { inspectApi, type OpenedTexts } from "./api.ts";
import { DecodeTab } from "./decode-view.ts";
import { announce, byId, element, fill } from "./dom.ts";
import { JournalTab } from "./journal-view.ts";
import { isWriting, showHelp } from "./keys.ts";
import { MergeTab } from "./merge-view.ts";
import { createReceiptTab } from "./receipt-view.ts";
import { ServerTab } from "./server-view.ts";

const api = inspectApi();
type TabName = "merge" | "decode" | "server" | "journal" | "receipt";
let names: readonly TabName[] = [
  "merge",
  "decode",
  ...(api ? (["journal", "receipt"] as const) : []),
];

const merge = new MergeTab(byId("merge"), api);
const decode = new DecodeTab(byId("decode"));
const journal = api && new JournalTab(byId("journal"), api);
const receipt = api && createReceiptTab(byId("receipt"), api);
let shown: TabName = "merge";

function drawTabs(): void {
  const tab = (name: TabName): HTMLElement =>
    element(
      "button",
      {
        id: `tab-${name}`,
        attributes: { type: "button", role: "tab", "aria-controls": name },
        on: { click: () => show(name), keydown: onTabKey },
      },
      `${name[0]!.toUpperCase()}${name.slice(1)}`,
    );
  fill(byId("tabs"), ...names.map(tab));
}

/** Shows what a log or a server says from now on. */
function follow({ kind, name }: NonNullable<OpenedTexts["followed"]>): void {
  if (kind === "file") {
    api!.follow((message) => decode.take(message));
    return;
  }
  names = ["merge", "decode", "server", "journal", "receipt"];
  drawTabs();
  const server = new ServerTab(byId("server"), {
    name,
    onEdit(texts) {
      merge.open(texts);
      show("merge", true);
    },
    onEntry(id) {
      show("journal", true);
      void journal?.reveal(id);
    },
  });
  api!.follow((message) => server.take(message));
}

function show(name: TabName, focus = false): void {
  shown = name;
  for (const one of names) {
    const isShown = one === name;
    byId(one).hidden = !isShown;
    const tab = byId(`tab-${one}`);
    tab.setAttribute("aria-selected", String(isShown));
    tab.tabIndex = isShown ? 0 : -1;
  }
  if (name === "journal") void journal?.refresh();
  if (focus) byId(name).focus();
  window.dispatchEvent(new Event("resize"));
}

function onTabKey(event: KeyboardEvent): void {
  const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (by === undefined) return;
  const at = (names.indexOf(shown) + by + names.length) % names.length;
  show(names[at]!);
  byId(`tab-${names[at]}`).focus();
}

/** The next pane of the merge, from the one that has the focus. */
function nextPane(by: number): void {
  const { panes } = merge;
  const at = panes.findIndex(({ host }) => host === document.activeElement);
  panes[
    at < 0 ? (by > 0 ? 0 : panes.length - 1) : (at + by + panes.length) % panes.length
  ]!.focus();
}

/** Keys that work while a text is written. */
function onCommandKey(event: KeyboardEvent): boolean {
  const digit = /^Digit([1-8])$/.exec(event.code)?.[1];
  if (event.key === "F1") showHelp();
  else if (event.key === "F6" && shown === "merge") nextPane(event.shiftKey ? -1 : 1);
  else if (event.key === "F8") merge.nextChange(event.shiftKey ? -1 : 1);
  else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) merge.merge();
  else if (event.altKey && digit !== undefined && shown === "merge") merge.take(Number(digit) - 1);
  else if (event.key === "Escape" && isWriting()) byId(shown).focus();
  else return false;
  return true;
}

/** Letters and digits, where no text is written. */
function onLetter(event: KeyboardEvent): boolean {
  const { key } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || isWriting()) return false;
  const tab = { m: "merge", d: "decode", s: "server", j: "journal", r: "receipt" }[key];
  if (tab !== undefined && names.includes(tab as TabName)) show(tab as TabName, true);
  else if (key === "?") showHelp();
  else if (shown === "merge" && key === "n") merge.nextChange(1);
  else if (shown === "merge" && key === "p") merge.nextChange(-1);
  else if (shown === "merge" && key === "c") merge.copy();
  else if (shown === "merge" && key === "w") merge.write();
  else if (shown === "merge" && /^[1-8]$/.test(key)) merge.take(Number(key) - 1);
  else if (shown === "journal" && key === "u") journal?.undo();
  else return false;
  return true;
}

document.addEventListener(
  "keydown",
  (event) => {
    if (document.querySelector("dialog[open]") !== null) return;
    if (onCommandKey(event) || onLetter(event)) {
      event.preventDefault();
      event.stopPropagation();
    }
  },
  { capture: true },
);
byId("help-button").addEventListener("click", showHelp);

drawTabs();
show("merge");
if (api === undefined) {
  if (examples[0]) merge.open(examples[0]);
} else {
  api.opened().then(
    (texts) => {
      merge.opened(texts);
      if (texts.events !== undefined) decode.open(texts.events);
      if (texts.receipt !== undefined) receipt?.open(texts.receipt);
      if (texts.followed !== undefined) follow(texts.followed);
      if (texts.file === undefined && texts.edit === undefined) {
        if (texts.followed?.kind === "server") show("server");
        else if (texts.events !== undefined || texts.followed !== undefined) show("decode");
        else if (texts.receipt !== undefined) show("receipt");
      }
    },
    (error: Error) => announce(error.message),
  );
}
