import type * as vscode from "vscode";
import type { EditAnswer } from "../../../src/lsp/apply-edit.ts";
import type { Context } from "./api.ts";
import type { TextChange } from "./hunks.ts";
import { hunkSize, hunksOf, hunkTitle, withChanges } from "./hunks.ts";
import { counted, shownRefusal } from "./messages.ts";
import { pickItems } from "./pick.ts";
import type { Previews } from "./preview.ts";
import { type ReviewOutcome, review } from "./review.ts";

export interface Applier {
  /** Applies an edit of any format to the text that is shown. */
  apply(document: vscode.TextDocument, edit: string, format?: "unified-diff"): Promise<void>;
  /** Takes one place of an ambiguous edit that the server offers. */
  take(document: vscode.TextDocument, id: string): Promise<void>;
}

/** An edit, to be made again where the document changed meanwhile. */
type Again = () => Promise<void>;

export function createApplier(context: Context, previews: Previews): Applier {
  const { api, busy } = context;

  async function execute(command: string, argument: object): Promise<EditAnswer> {
    const server = await context.server();
    return busy(() => server.execute(command, argument));
  }

  async function show(
    document: vscode.TextDocument,
    answer: EditAnswer,
    again: Again,
    isChosen = false,
  ): Promise<void> {
    const { status, message, candidates = [] } = answer;
    if (status === "ambiguous") return choose(document, candidates, again);
    if (status === "refused")
      return showRefusal(context, message, answer.error?.retryable ? again : undefined);
    if (status === "unchanged") return inform(message);
    const change = changeIn(answer);
    if (change === undefined) return inform(message);
    const outcome = await review(api, previews, {
      document,
      ...change,
      // A place that was chosen was shown.
      asks: context.settings().review === "changes" && !(isChosen && change.changes.length === 1),
    });
    return showOutcome(outcome, answer, again);
  }

  async function choose(
    document: vscode.TextDocument,
    candidates: NonNullable<EditAnswer["candidates"]>,
    again: Again,
  ): Promise<void> {
    const { version } = document;
    const text = document.getText();
    const texts = candidates.map(({ range, text: newText }) =>
      withChanges(text, [{ range, newText }]),
    );
    const title = `The edit fits ${candidates.length} places. Which one is meant?`;
    const preview = await previews.open(document, texts[0] ?? text, title);
    const items = candidates.map(({ range, text: newText }) => {
      const hunks = hunksOf(text, [{ range, newText }]);
      return { label: hunks.map(hunkTitle).join(" "), description: hunks.map(hunkSize).join(" ") };
    });
    const taken = await pickItems(api, items, {
      title,
      placeholder: "The diff shows the place of the list that is marked. Escape changes nothing",
      many: false,
      onActive(active) {
        const place = candidates[active ?? 0];
        if (place !== undefined) preview.show(texts[active ?? 0]!, place.range.start.line);
      },
    }).finally(() => preview.close());
    const id = candidates[taken?.[0] ?? -1]?.id;
    if (id === undefined) return;
    if (document.version !== version) return showOutcome({ status: "stale" }, undefined, again);
    await take(document, id, again);
  }

  async function take(document: vscode.TextDocument, id: string, again?: Again): Promise<void> {
    const argument = { uri: document.uri.toString(), id };
    const answer = await execute("redraft.takeCandidate", argument);
    await show(document, answer, again ?? (() => take(document, id)), true);
  }

  async function showOutcome(
    outcome: ReviewOutcome,
    answer: EditAnswer | undefined,
    again: Again,
  ): Promise<void> {
    if (outcome.status === "stale") {
      const message =
        "The document changed while the edit was shown. Nothing was changed. Apply the edit again.";
      return showRefusal(context, message, again);
    }
    if (outcome.status === "rejected") return inform("Nothing was changed.");
    const { taken, of } = outcome;
    const places = taken === of ? counted(of, "change") : `${taken} of ${counted(of, "change")}`;
    const notes = answer?.notes?.length ? ` Note: ${answer.notes.join("; ")}.` : "";
    if (notes !== "") void api.window.showInformationMessage(`Redraft applied ${places}.${notes}`);
    return inform(`applied ${places}.${notes}`);
  }

  async function inform(message: string): Promise<void> {
    context.log.appendLine(message);
    api.window.setStatusBarMessage(`Redraft: ${message}`, 8000);
  }

  async function apply(
    document: vscode.TextDocument,
    edit: string,
    format?: "unified-diff",
  ): Promise<void> {
    const uri = document.uri.toString();
    const argument = { uri, edit, ...(format && { format }) };
    const answer = await execute("redraft.applyEdit", argument);
    await show(document, answer, () => apply(document, edit, format));
  }

  return { apply, take: (document, id) => take(document, id) };
}

/** The change of the one document of an answer. */
function changeIn(
  answer: EditAnswer,
): { readonly version: number; readonly changes: readonly TextChange[] } | undefined {
  const [first] = answer.workspaceEdit?.documentChanges ?? [];
  if (first === undefined || !("edits" in first) || first.textDocument.version === null) {
    return undefined;
  }
  // The server sends text edits only: no annotations, no snippets.
  return { version: first.textDocument.version, changes: first.edits as readonly TextChange[] };
}

/** A refusal as a message with what can be done about it. */
export async function showRefusal(
  { api, log }: Pick<Context, "api" | "log">,
  message: string,
  again?: Again,
): Promise<void> {
  const { short, full } = shownRefusal(message);
  log.appendLine(full ?? short);
  const buttons = [
    ...(again ? ["Apply Again"] : []),
    ...(full === undefined ? [] : ["Show All"]),
    "Copy for the Model",
  ];
  const button = await api.window.showWarningMessage(`Redraft: ${short}`, ...buttons);
  if (button === "Apply Again") await again?.();
  if (button === "Show All") log.show(true);
  if (button === "Copy for the Model") await api.env.clipboard.writeText(message);
}
