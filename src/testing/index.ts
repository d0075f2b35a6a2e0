export { type FakeTarget, type FakeTargetOptions, fakeTarget } from "../engines/fake.ts";
export type { ConformanceCase } from "./conformance.ts";
export { type DrafterConformanceOptions, drafterConformance } from "./drafter-conformance.ts";
export { type TargetConformanceOptions, targetConformance } from "./target-conformance.ts";
