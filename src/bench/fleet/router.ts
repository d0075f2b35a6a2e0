import type { EditWork } from "./work.ts";

/** What a router sees of a replica. */
export interface Routed {
  readonly load: number;
  knows(key: string): boolean;
}

/** Returns the index of the replica that a request is sent to. */
export type Router = (replicas: readonly Routed[], work: EditWork) => number;

export const leastLoaded: Router = (replicas) => {
  let best = 0;
  for (const [index, { load }] of replicas.entries()) {
    if (load < replicas[best]!.load) best = index;
  }
  return best;
};

/** A replica that has the prefix, unless it has more than `slack` requests more than the least loaded one. */
export function prefixAware(slack: number): Router {
  return (replicas, work) => {
    const least = leastLoaded(replicas, work);
    let best: number | undefined;
    for (const [index, replica] of replicas.entries()) {
      if (!replica.knows(work.key)) continue;
      if (best === undefined || replica.load < replicas[best]!.load) best = index;
    }
    if (best === undefined || replicas[best]!.load > replicas[least]!.load + slack) return least;
    return best;
  };
}
