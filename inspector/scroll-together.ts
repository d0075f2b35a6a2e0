import { lineBeside } from "../src/inspect/joined-lines.ts";
import type { MergePicture } from "../src/inspect/picture.ts";
import type { Pane } from "./pane.ts";

/** Scrolls the panes together: what is beside each other in the picture is beside each other on the screen. */
export function scrollTogether(
  panes: { readonly file: Pane; readonly result: Pane; readonly edit: Pane },
  picture: () => MergePicture | undefined,
): { scrolled(pane: Pane): void } {
  const { file, result, edit } = panes;
  /** The pane that leads, until it has not moved for a while; the others follow and lead nobody. */
  let leader: Pane | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const middle = ({ view }: Pane): number => {
    const { scrollTop, clientHeight } = view.scrollDOM;
    const height = scrollTop + clientHeight / 2;
    const block = view.lineBlockAtHeight(height);
    const line = view.state.doc.lineAt(block.from).number - 1;
    return line + Math.min(1, Math.max(0, (height - block.top) / Math.max(1, block.height)));
  };
  const centre = ({ view }: Pane, line: number): void => {
    const { doc } = view.state;
    const whole = Math.max(0, Math.min(doc.lines - 1, Math.floor(line)));
    const block = view.lineBlockAt(doc.line(whole + 1).from);
    const height = block.top + (line - whole) * block.height;
    view.scrollDOM.scrollTop = height - view.scrollDOM.clientHeight / 2;
  };
  const followEdit = (drawn: MergePicture, line: number): void => {
    const near = drawn.changes.reduce<MergePicture["changes"][number] | undefined>(
      (best, one) =>
        one.edit >= 0 &&
        (best === undefined || Math.abs(one.result[0] - line) < Math.abs(best.result[0] - line))
          ? one
          : best,
      undefined,
    );
    if (near) centre(edit, near.edit);
  };

  return {
    scrolled(pane) {
      const drawn = picture();
      if (drawn === undefined || pane === edit) return;
      if (leader !== undefined && leader !== pane) return;
      leader = pane;
      clearTimeout(timer);
      timer = setTimeout(() => {
        leader = undefined;
      }, 120);
      const at = middle(pane);
      const inResult = pane === file ? lineBeside(drawn.fromFile, "from", at) : at;
      if (pane === file) centre(result, inResult);
      else centre(file, lineBeside(drawn.fromFile, "to", at));
      followEdit(drawn, inResult);
    },
  };
}
