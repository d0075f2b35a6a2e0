import { createHash, timingSafeEqual } from "node:crypto";
import { ApiError } from "./errors.ts";

const keyDigest = (text: string): Buffer => createHash("sha256").update(text).digest();

/**
 * Checks the `Authorization: Bearer` header against the keys. Every key is compared, each in constant
 * time over digests of equal length, so that timing reveals neither how far a guess is right nor which key matches.
 */
export function createKeyCheck(
  keys: readonly string[],
): (authorization: string | undefined) => void {
  const known = keys.map(keyDigest);
  return (authorization) => {
    if (known.length === 0) return;
    const given = /^Bearer +(.+)$/i.exec(authorization ?? "")?.[1]?.trim();
    const guess = keyDigest(given ?? "");
    let matches = 0;
    for (const key of known) matches |= timingSafeEqual(guess, key) ? 1 : 0;
    if (given !== undefined && matches === 1) return;
    throw new ApiError(
      401,
      given === undefined
        ? "This server needs an API key: send it as `Authorization: Bearer <key>`."
        : "The API key is not one of this server's.",
      { code: "invalid_api_key" },
    );
  };
}
