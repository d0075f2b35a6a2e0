/** Attributes of an element; `on` adds listeners. Text only comes in as text nodes, so nothing needs to be escaped. */
export interface Properties {
  readonly class?: string;
  readonly id?: string;
  readonly title?: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly on?: {
    readonly [Name in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[Name]) => void;
  };
}

export type Child = Node | string | undefined | false;

export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  properties: Properties = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  if (properties.class !== undefined) made.className = properties.class;
  if (properties.id !== undefined) made.id = properties.id;
  if (properties.title !== undefined) made.title = properties.title;
  for (const [name, value] of Object.entries(properties.attributes ?? {}))
    made.setAttribute(name, value);
  for (const [name, listener] of Object.entries(properties.on ?? {}))
    made.addEventListener(name, listener as EventListener);
  fill(made, ...children);
  return made;
}

/** Replaces the children of a node. */
export function fill(parent: Element, ...children: readonly Child[]): void {
  parent.replaceChildren(...children.filter((child) => child !== undefined && child !== false));
}

export function button(
  label: string,
  onClick: () => void,
  properties: Properties = {},
): HTMLButtonElement {
  const made = element("button", properties, label);
  made.type = "button";
  made.addEventListener("click", onClick);
  return made;
}

/** The element of an id that `index.html` has. */
export function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`index.html has no #${id}`);
  return found;
}

export const count = (number: number, one: string, many = `${one}s`): string =>
  `${number.toLocaleString("en")} ${number === 1 ? one : many}`;

const status = (): HTMLElement => byId("status");

/** Says something to everyone, screen readers too. */
export function announce(text: string): void {
  status().textContent = text;
}
