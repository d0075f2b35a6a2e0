import { pathToFileURL } from "node:url";
import type * as vscode from "vscode";
import type { EditorApi } from "../src/api.ts";

/** What a test does with a list: the labels in, the numbers out; undefined leaves it. */
export type OnList = (list: {
  readonly title: string;
  readonly labels: readonly string[];
  /** Has the cursor at an item. */
  active(at: number): void;
  select(numbers: readonly number[]): void;
}) => readonly number[] | undefined;

export interface FakeEditor {
  readonly api: EditorApi;
  open(path: string, text: string): FakeDocument;
  /** The document in front. */
  focus(document: FakeDocument, selection?: [number, number, number, number]): void;
  clipboard: string;
  input: string | undefined;
  onList: OnList;
  /** Presses this button of a message. */
  button: string | undefined;
  file: { readonly path: string; readonly bytes: Uint8Array } | undefined;
  readonly warnings: string[];
  readonly status: string[];
  /** Texts of previews, as they were shown. */
  readonly diffs: string[];
  readonly closed: string[];
}

export interface FakeDocument extends vscode.TextDocument {
  /** What typing does. */
  put(text: string): void;
  onChange: (() => void) | undefined;
}

class Position {
  readonly line: number;
  readonly character: number;
  constructor(line: number, character: number) {
    this.line = line;
    this.character = character;
  }
}
class Range {
  readonly start: Position;
  readonly end: Position;
  constructor(a: Position | number, b: Position | number, c?: number, d?: number) {
    this.start = typeof a === "number" ? new Position(a, b as number) : a;
    this.end = typeof b === "number" ? new Position(c!, d!) : b;
  }
}
class Selection extends Range {
  get active(): Position {
    return this.end;
  }
}
class Uri {
  readonly scheme: string;
  readonly path: string;
  readonly query: string;
  constructor({
    scheme,
    path = "",
    query = "",
  }: { scheme: string; path?: string; query?: string }) {
    this.scheme = scheme;
    this.path = path;
    this.query = query;
  }
  get fsPath(): string {
    return this.path;
  }
  static from(parts: { scheme: string; path?: string; query?: string }): Uri {
    return new Uri(parts);
  }
  toString(): string {
    if (this.scheme === "file") return pathToFileURL(this.path).href;
    return `${this.scheme}://${this.path}${this.query === "" ? "" : `?${this.query}`}`;
  }
}
class WorkspaceEdit {
  readonly changes: [Uri, { range: Range; newText: string }[]][] = [];
  replace(uri: Uri, range: Range, newText: string): void {
    const found = this.changes.find(([one]) => one.toString() === uri.toString());
    if (found) found[1].push({ range, newText });
    else this.changes.push([uri, [{ range, newText }]]);
  }
  entries(): [Uri, { range: Range; newText: string }[]][] {
    return this.changes;
  }
}
class EventEmitter<T> {
  readonly #listeners: ((value: T) => void)[] = [];
  readonly event = (listener: (value: T) => void): { dispose(): void } => {
    this.#listeners.push(listener);
    return { dispose() {} };
  };
  fire(value: T): void {
    for (const listener of this.#listeners) listener(value);
  }
  dispose(): void {}
}
class TabInputTextDiff {
  readonly original: Uri;
  readonly modified: Uri;
  constructor(original: Uri, modified: Uri) {
    this.original = original;
    this.modified = modified;
  }
}
class ThemeColor {
  readonly id: string;
  constructor(id: string) {
    this.id = id;
  }
}

/** An editor with documents, lists and messages, as far as the extension uses it. `contentOf` reads a preview. */
export function fakeEditor(contentOf: (uri: vscode.Uri) => string = () => ""): FakeEditor {
  const documents: FakeDocument[] = [];
  const tabs: { input: TabInputTextDiff }[] = [];
  let active: { document: FakeDocument; selection: Selection } | undefined;

  function createDocument(path: string, initial: string): FakeDocument {
    let [text, version, isDirty] = [initial, 1, false];
    const offsetOf = ({ line, character }: Position): number => {
      const ends = [...text.matchAll(/\r\n|\r|\n/gu)];
      const last = line === 0 ? undefined : ends[line - 1];
      return (last === undefined ? 0 : last.index + last[0].length) + character;
    };
    const document = {
      uri: new Uri({ scheme: "file", path }),
      isClosed: false,
      get version() {
        return version;
      },
      get isDirty() {
        return isDirty;
      },
      getText: (range?: Range) =>
        range ? text.slice(offsetOf(range.start), offsetOf(range.end)) : text,
      getWordRangeAtPosition(position: Position) {
        const at = offsetOf(position);
        const word = [...text.matchAll(/\w+/gu)].find(
          (one) => one.index <= at && one.index + one[0].length >= at,
        );
        if (word === undefined) return undefined;
        const column = position.character - (at - word.index);
        return new Range(position.line, column, position.line, column + word[0].length);
      },
      save: async () => {
        isDirty = false;
        return true;
      },
      put(next: string) {
        text = next;
        version += 1;
        isDirty = true;
        document.onChange?.();
      },
      onChange: undefined as (() => void) | undefined,
      edit(changes: readonly { range: Range; newText: string }[]) {
        const sorted = changes
          .map(
            ({ range, newText }) => [offsetOf(range.start), offsetOf(range.end), newText] as const,
          )
          .sort((a, b) => b[0] - a[0]);
        let next = text;
        for (const [start, end, newText] of sorted)
          next = next.slice(0, start) + newText + next.slice(end);
        document.put(next);
      },
    };
    return document as unknown as FakeDocument;
  }

  const lists = () => {
    const accepted = new EventEmitter<void>();
    const hidden = new EventEmitter<void>();
    const moved = new EventEmitter<void>();
    const list = {
      title: "",
      items: [] as readonly vscode.QuickPickItem[],
      activeItems: [] as readonly vscode.QuickPickItem[],
      selectedItems: [] as readonly vscode.QuickPickItem[],
      onDidChangeActive: moved.event,
      onDidChangeSelection: moved.event,
      onDidAccept: accepted.event,
      onDidHide: hidden.event,
      show() {
        const at = (numbers: readonly number[]) => numbers.map((number) => list.items[number]!);
        list.activeItems = at([0]);
        moved.fire();
        const taken = fake.onList({
          title: list.title,
          labels: list.items.map(({ label }) => label),
          active(number) {
            list.activeItems = at([number]);
            moved.fire();
          },
          select(numbers) {
            list.selectedItems = at(numbers);
            moved.fire();
          },
        });
        if (taken === undefined) return hidden.fire();
        list.selectedItems = at(taken);
        accepted.fire();
      },
      hide: () => hidden.fire(),
      dispose() {},
    };
    return list;
  };

  const window = {
    get activeTextEditor() {
      return active;
    },
    visibleTextEditors: [],
    createQuickPick: lists,
    showInputBox: async () => fake.input,
    showOpenDialog: async () => fake.file && [new Uri({ scheme: "file", path: fake.file.path })],
    showWarningMessage: async (message: string, ...buttons: string[]) => {
      fake.warnings.push(message);
      const pressed = buttons.find((one) => one === fake.button);
      if (pressed !== undefined) fake.button = undefined;
      return pressed;
    },
    showInformationMessage: async (message: string) => void fake.status.push(message),
    setStatusBarMessage(message: string) {
      fake.status.push(message);
      return { dispose() {} };
    },
    withProgress: (_options: unknown, task: (...words: unknown[]) => unknown) =>
      task({ report() {} }, { onCancellationRequested() {} }),
    tabGroups: {
      get all() {
        return [{ tabs }];
      },
      async close(some: readonly { input: TabInputTextDiff }[]) {
        for (const tab of some) {
          fake.closed.push(tab.input.modified.toString());
          tabs.splice(tabs.indexOf(tab), 1);
        }
        return true;
      },
    },
  };
  const workspace = {
    isTrusted: true,
    textDocuments: documents,
    asRelativePath: (uri: Uri) => uri.path.slice(1),
    async applyEdit(edit: WorkspaceEdit) {
      for (const [uri, changes] of edit.entries()) {
        const found = documents.find((one) => one.uri.toString() === uri.toString());
        (found as unknown as { edit(changes: unknown): void }).edit(changes);
      }
      return true;
    },
    fs: {
      stat: async () => ({ size: fake.file!.bytes.length }),
      readFile: async () => fake.file!.bytes,
    },
  };
  const api = {
    commands: {
      async executeCommand(command: string, left: Uri, right: Uri) {
        if (command !== "vscode.diff") throw new Error(`no command ${command}`);
        tabs.push({ input: new TabInputTextDiff(left, right) });
        fake.diffs.push(contentOf(right as unknown as vscode.Uri));
      },
    },
    env: {
      clipboard: {
        readText: async () => fake.clipboard,
        writeText: async (text: string) => {
          fake.clipboard = text;
        },
      },
    },
    EventEmitter,
    Position,
    ProgressLocation: { Notification: 15 },
    Range,
    Selection,
    StatusBarAlignment: { Left: 1, Right: 2 },
    TabInputTextDiff,
    TextEditorRevealType: { InCenterIfOutsideViewport: 2 },
    ThemeColor,
    Uri,
    window,
    workspace,
    WorkspaceEdit,
  };
  const fake: FakeEditor = {
    // The classes have what the extension uses; `npm run check` compares the extension's calls with the editor's own types.
    api: api as unknown as EditorApi,
    open(path, text) {
      const document = createDocument(path, text);
      documents.push(document);
      return document;
    },
    focus(document, [a, b, c, d] = [0, 0, 0, 0]) {
      active = { document, selection: new Selection(a, b, c, d) };
    },
    clipboard: "",
    input: undefined,
    onList: ({ labels }) => labels.map((_, at) => at),
    button: undefined,
    file: undefined,
    warnings: [],
    status: [],
    diffs: [],
    closed: [],
  };
  return fake;
}
