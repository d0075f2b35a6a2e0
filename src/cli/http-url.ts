import { InvalidArgumentError } from "commander";

/** Reads the address of a server, without the slash at its end. A key in it could be read by every process of the machine. */
export function httpUrl(example: string, keyVariable: string): (value: string) => string {
  return (value) => {
    const url = URL.canParse(value) ? new URL(value) : undefined;
    if (url === undefined || !/^https?:$/.test(url.protocol) || url.search + url.hash !== "") {
      throw new InvalidArgumentError(`It is no http or https URL, such as ${example}.`);
    }
    if (url.username !== "" || url.password !== "") {
      throw new InvalidArgumentError(`Put its key into ${keyVariable}, not into the URL.`);
    }
    return value.replace(/\/+$/, "");
  };
}
