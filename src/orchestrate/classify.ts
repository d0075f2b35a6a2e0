import type { OrchestrateRequest, Recognition, Speculator } from "./speculator.ts";

export interface Recognised extends Recognition {
  readonly speculator: Speculator;
}

/**
 * The specialists that take a request, the surest first. One that fails at this is left out: `onFailure` is given its name and the
 * reason.
 */
export function classify(
  request: OrchestrateRequest,
  speculators: readonly Speculator[],
  onFailure: (name: string, why: string) => void = () => {},
): readonly Recognised[] {
  const found: Recognised[] = [];
  for (const speculator of speculators) {
    try {
      const recognition = speculator.recognise(request);
      if (recognition) found.push({ speculator, ...recognition });
    } catch (error) {
      onFailure(speculator.name, error instanceof Error ? error.message : String(error));
    }
  }
  return found.sort((a, b) => b.confidence - a.confidence);
}
