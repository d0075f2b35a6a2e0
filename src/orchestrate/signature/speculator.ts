import type { Speculator } from "../speculator.ts";
import { readSignature, signatureAsked } from "./instruction.ts";
import { planSignature } from "./signature.ts";

/** Gives a function other parameters and adapts its calls. Deterministic: its one candidate is proved, or it refuses. */
export const signatureSpeculator: Speculator = {
  name: "signature",
  recognise: ({ signature, instruction }) =>
    signature
      ? { confidence: 1, why: `the request gives \`${signature.from}\` other parameters` }
      : readSignature(instruction ?? ""),
  async *speculate(request, context) {
    const asked = request.signature ? undefined : readSignature(request.instruction ?? "")?.asked;
    const signature = asked ? await signatureAsked(asked, request, context) : request.signature;
    if (!signature) return;
    const { files, ...details } = await planSignature(await context.names(), signature);
    const { name, after, calls } = details;
    yield {
      by: "signature",
      title: `${name}(${after.join(", ")}): ${calls} ${calls === 1 ? "call" : "calls"} changed in ${files.length} ${files.length === 1 ? "file" : "files"}`,
      why: "every call passes for each parameter what it passed before, or the value that the request names",
      confidence: 1,
      files,
      notes: details.notes,
      details,
    };
  },
};
