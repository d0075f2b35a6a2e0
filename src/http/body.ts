import { ApiError } from "./errors.ts";

/**
 * Reads a JSON body of bounded size. A body of another type is refused: browsers may send those anywhere
 * without asking, and no client of this API does.
 */
export async function readJson(request: Request, maxBytes: number): Promise<unknown> {
  const type = request.headers.get("content-type") ?? "";
  if (!/^application\/(?:[\w.+-]+\+)?json\b/i.test(type)) {
    throw new ApiError(415, "Send the body as `content-type: application/json`.", {
      code: "unsupported_media_type",
    });
  }
  const declared = Number(request.headers.get("content-length") ?? "0");
  if (declared > maxBytes) throw tooLarge(maxBytes);
  const chunks: Uint8Array[] = [];
  let size = 0;
  if (request.body !== null) {
    for await (const chunk of request.body as unknown as AsyncIterable<Uint8Array>) {
      size += chunk.byteLength;
      if (size > maxBytes) throw tooLarge(maxBytes);
      chunks.push(chunk);
    }
  }
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    throw new ApiError(400, "The body is not UTF-8.", { code: "invalid_json" });
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ApiError(400, `The body is not JSON: ${(error as Error).message}.`, {
      code: "invalid_json",
    });
  }
}

function tooLarge(maxBytes: number): ApiError {
  return new ApiError(
    413,
    `The body is larger than the ${maxBytes} bytes that this server takes.`,
    { code: "body_too_large" },
  );
}
