export { packageVersion } from "../workspace/version.ts";
