import { a } from "./a.js";
import { b } from "./b.js";

export function first() {
  return a();
}

export function second() {
  return b() + 1;
}
