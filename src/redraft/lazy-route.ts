import type { ModelRoute } from "../core/route.ts";

type Method = "settle" | "rewrite";

/** A route that is opened by the first edit that asks it. */
export function lazyRoute(
  name: string,
  { methods, ranks }: { readonly methods: readonly Method[]; readonly ranks?: boolean },
  open: () => Promise<ModelRoute | undefined>,
): ModelRoute {
  let opening: Promise<ModelRoute | undefined> | undefined;
  const ask =
    (method: Method): NonNullable<ModelRoute[Method]> =>
    async (task) => {
      opening ??= open();
      try {
        const route = await opening;
        return await route?.[method]?.(task);
      } catch (error) {
        opening = undefined;
        throw error;
      }
    };
  return {
    name,
    ...(ranks && { ranks }),
    ...(methods.includes("settle") && { settle: ask("settle") }),
    ...(methods.includes("rewrite") && { rewrite: ask("rewrite") }),
    async dispose() {
      const route = await opening?.catch(() => undefined);
      await route?.dispose();
    },
  };
}
