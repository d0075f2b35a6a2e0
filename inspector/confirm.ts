import { button, byId, element, fill } from "./dom.ts";

export interface Question {
  readonly title: string;
  readonly body: Node;
  /** What the button says that does it. */
  readonly action: string;
}

/** Asks before something is written. Escape and Cancel mean no; Cancel has the focus at first. */
export function confirmed({ title, body, action }: Question): Promise<boolean> {
  const dialog = byId("confirm") as HTMLDialogElement;
  return new Promise((resolve) => {
    const cancel = button("Cancel", () => dialog.close("no"));
    cancel.autofocus = true;
    fill(
      dialog,
      element("h2", { id: "confirm-title" }, title),
      body,
      element(
        "p",
        { class: "buttons" },
        button(action, () => dialog.close("yes"), { class: "primary" }),
        cancel,
      ),
    );
    dialog.returnValue = "";
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
    dialog.showModal();
  });
}
