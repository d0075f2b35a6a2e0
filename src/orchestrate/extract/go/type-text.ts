/** A type of Go, by its outermost form. */
export type GoTypeForm =
  | { readonly form: "pointer" | "slice" | "array" | "channel"; readonly element: string }
  | { readonly form: "map"; readonly key: string; readonly element: string }
  | { readonly form: "function" | "struct" | "interface" | "other" }
  | { readonly form: "basic" | "named" | "imported"; readonly name: string };

export const goBasicType: RegExp =
  /^(?:bool|byte|complex64|complex128|float32|float64|int|int8|int16|int32|int64|rune|string|uint|uint8|uint16|uint32|uint64|uintptr)$/u;

export function goTypeForm(type: string): GoTypeForm {
  if (type.startsWith("*")) return { form: "pointer", element: type.slice(1) };
  if (type.startsWith("[]")) return { form: "slice", element: type.slice(2) };
  if (type.startsWith("[")) {
    const end = closingSquare(type, 0);
    return { form: "array", element: type.slice(end + 1) };
  }
  if (type.startsWith("map[")) {
    const end = closingSquare(type, 3);
    return { form: "map", key: type.slice(4, end), element: type.slice(end + 1) };
  }
  const channel = /^(?:<-\s*chan|chan\s*<-|chan)\s+/u.exec(type)?.[0];
  if (channel !== undefined) return { form: "channel", element: type.slice(channel.length) };
  if (/^func\b/u.test(type)) return { form: "function" };
  if (/^struct\b/u.test(type)) return { form: "struct" };
  if (/^interface\b/u.test(type) || type === "any" || type === "error")
    return { form: "interface" };
  if (goBasicType.test(type)) return { form: "basic", name: type };
  if (/^[\p{L}_][\p{L}\p{Nd}_]*$/u.test(type)) return { form: "named", name: type };
  if (/^[\p{L}_][\p{L}\p{Nd}_]*\.[\p{L}_][\p{L}\p{Nd}_]*$/u.test(type))
    return { form: "imported", name: type };
  return { form: "other" };
}

/** The offset of the bracket that closes the one at an offset. */
function closingSquare(text: string, at: number): number {
  let depth = 0;
  for (let end = at; end < text.length; end += 1) {
    if (text[end] === "[") depth += 1;
    if (text[end] === "]") depth -= 1;
    if (depth === 0) return end;
  }
  return text.length;
}
