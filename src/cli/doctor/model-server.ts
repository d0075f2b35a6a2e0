import { engineOf, engines } from "../../engines/registry.ts";
import { serverOptions } from "../../redraft/server-options.ts";
import { loadConfig } from "../config/load.ts";
import type { Examine, Finding } from "./finding.ts";

/** The model servers that the configuration names, each once. */
export const modelServers: Examine = async () => {
  const config = loadConfig();
  const named = ["model", "applyModel"].map((name) => String(config.get(name)?.value ?? ""));
  const addresses = [...new Set(named)].filter((address) => engineOf(address) === "http");
  return (await Promise.all(addresses.map(examineServer))).flat();
};

/** What answers at an address, and what Redraft can do with it. */
export async function examineServer(address: string): Promise<Omit<Finding, "name">[]> {
  const [{ predictionUse, serverTitle }, { shownAddress }] = await Promise.all([
    import("../../engines/openai/server.ts"),
    import("../../engines/openai/address.ts"),
  ]);
  const target = await engines.http.openText(address, {
    ...serverOptions(address, { env: process.env }),
    retries: 0,
    timeout: 10_000,
  });
  const facts = await target.facts();
  const { model } = facts;
  const asked = model
    ? `model ${model.id}${model.contextSize ? `, ${model.contextSize} tokens` : ""}`
    : "it does not list the model";
  const roles = await rolesOf(target);
  const text = `${serverTitle(facts)} at ${shownAddress(address)}, ${asked}; asked ${roles ? "by its role tokens (raw completions)" : "by chat"}`;
  switch (predictionUse(facts)) {
    case "drafted":
      return [{ status: "ok", text: `${text}; it drafts from predictions` }];
    case "perhaps":
      return [
        {
          status: "warn",
          text: `${text}; it drafts from predictions only if the class of redraft-vllm is loaded without its middleware`,
          cure: "For fewer passes per edit serve it with redraft-vllm (docs/guide/vllm.md).",
        },
      ];
    case "ignored":
      return [{ status: "ok", text: `${text}; this engine does not draft from predictions` }];
    default:
      return [
        {
          status: "ok",
          text: `${text}; whether it drafts from predictions shows when it is asked`,
        },
      ];
  }
}

async function rolesOf(
  target: Awaited<ReturnType<typeof engines.http.openText>>,
): Promise<boolean> {
  const { hasRoleTokens } = await import("../../settle/model/apply-formats.ts");
  const prompts = await target.tokenPrompts?.();
  return prompts !== undefined && (await hasRoleTokens(prompts).catch(() => false));
}
