import type { SpeculationStats } from "../core/target.ts";
import { type Counter, createRegistry, type Histogram, type Registry } from "./metrics.ts";

/** The metrics of the server. */
export interface Measures {
  readonly registry: Registry;
  readonly requests: Counter;
  readonly routes: Counter;
  readonly refusals: Counter;
  readonly seconds: Histogram;
  countDecoding(stats: SpeculationStats): void;
}

const latencies = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120,
];

export function createMeasures(): Measures {
  const registry = createRegistry();
  const forwards = registry.counter(
    "redraft_forwards_total",
    "Forward passes of the target model.",
  );
  const tokens = registry.counter(
    "redraft_output_tokens_total",
    "Tokens written by the target model.",
  );
  const drafted = registry.counter(
    "redraft_drafted_tokens_total",
    "Drafted tokens that were verified.",
  );
  const accepted = registry.counter(
    "redraft_accepted_tokens_total",
    "Drafted tokens that were accepted.",
  );
  return {
    registry,
    requests: registry.counter("redraft_requests_total", "Requests by endpoint and HTTP status."),
    routes: registry.counter("redraft_routes_total", "Edits by the route that made them."),
    refusals: registry.counter(
      "redraft_refusals_total",
      "Refused or failed requests by error code.",
    ),
    seconds: registry.histogram(
      "redraft_request_seconds",
      "From the request to the end of its answer, in seconds.",
      latencies,
    ),
    countDecoding(stats) {
      forwards.add({}, stats.forwards);
      tokens.add({}, stats.tokens);
      drafted.add({}, stats.draftTokens);
      accepted.add({}, stats.acceptedTokens);
    },
  };
}
