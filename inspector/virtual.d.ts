/** Made by scripts/build-page.ts: the worker as one script, and the examples of the playground. */
declare module "virtual:worker" {
  const script: string;

  export { script };
}
declare module "virtual:examples" {
  export interface PageExample {
    readonly name: string;
    readonly path: string;
    readonly source: string;
    readonly edit: string;
  }
  export const examples: readonly PageExample[];
  /** An event log of a decode. */
  export const exampleEvents: string;
}
