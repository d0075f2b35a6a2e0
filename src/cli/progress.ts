import type { DownloadProgress } from "../engines/store/download.ts";

export interface ProgressBar {
  show(progress: DownloadProgress): void;
  /** Ends the line, once. */
  end(): void;
}

const cells = 30;

/** A bar that draws over itself on one line, at most ten times a second; silent without `write`. */
export function progressBar(
  write: ((text: string) => void) | undefined,
  now: () => number = () => performance.now(),
): ProgressBar {
  let started: { at: number; received: number } | undefined;
  let drawn = Number.NEGATIVE_INFINITY;
  let open = false;
  return {
    show({ received, total }) {
      if (!write) return;
      const time = now();
      started ??= { at: time, received };
      if (time - drawn < 100 && received !== total) return;
      drawn = time;
      open = true;
      const seconds = (time - started.at) / 1000;
      const speed = seconds > 0.2 ? (received - started.received) / seconds : 0;
      write(`\r${line(received, total, speed)}\u001b[K`);
    },
    end() {
      if (open) write?.("\n");
      open = false;
    },
  };
}

function line(received: number, total: number | undefined, speed: number): string {
  const size = (received / 1e6).toFixed(1);
  const rate = speed > 0 ? `  ${(speed / 1e6).toFixed(1)} MB/s` : "";
  if (total === undefined || total === 0) return `${size} MB${rate}`;
  const share = Math.min(1, received / total);
  const full = Math.round(share * cells);
  const left = speed > 0 && share < 1 ? `  ${Math.ceil((total - received) / speed)} s left` : "";
  const bar = "=".repeat(full) + " ".repeat(cells - full);
  return `[${bar}] ${(100 * share).toFixed(0)} %  ${size} of ${(total / 1e6).toFixed(1)} MB${rate}${left}`;
}
