// The two things done to the document everywhere: finding what the page has, making what it has not.
// Text only ever becomes text nodes, so nothing that people write can become markup.

/**
 * Returns the element of that id.
 *
 * @throws {TypeError} When the page has none of that kind: page and script do not belong together.
 */
export function find(id: string): HTMLElement;
export function find<T extends Element>(id: string, kind: new () => T): T;
export function find(id: string, kind = HTMLElement): HTMLElement {
  const element = document.getElementById(id);
  if (element instanceof kind) return element;
  throw new TypeError(`Cannot start: the page has no ${kind.name} with the id "${id}"`);
}

/** Makes an element with a class and content. */
export function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  className: string,
  ...content: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  if (className !== "") element.className = className;
  element.append(...content);
  return element;
}

/** Makes a button that does something on this page. */
export function makeButton(label: string, onClick: () => void): HTMLButtonElement {
  const button = make("button", "link", label);
  button.type = "button";
  button.addEventListener("click", onClick);
  return button;
}
