/** Nodes, never HTML: what a page or a person wrote becomes text, whatever stands in it. */

/**
 * An element with attributes and children; a function among the attributes listens, a string among the children is text.
 *
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, string | boolean | null | undefined | ((event: any) => void)>} [attributes] `true` is an empty
 *   attribute; null, undefined and false none
 * @param {...(Node | string | null | undefined)} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(name, value);
    else if (value === true) node.setAttribute(name, "");
    else if (value != null && value !== false) node.setAttribute(name, value);
  }
  node.append(...children.filter((each) => each != null).map((each) => /** @type {Node | string} */ (each)));
  return node;
}

/**
 * A picture beside words that say the same: it is not read aloud.
 *
 * @param {string} strokes
 */
export function icon(strokes) {
  const space = "http://www.w3.org/2000/svg";
  const picture = document.createElementNS(space, "svg");
  picture.setAttribute("viewBox", "0 0 24 24");
  picture.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", strokes);
  picture.append(path);
  return picture;
}

/**
 * A button that shows a picture, and says its name to whoever does not see it or points at it.
 *
 * @param {string} picture Its strokes.
 * @param {string} name
 * @param {(event: MouseEvent) => void} pressed
 * @param {Record<string, string | boolean | null>} [attributes]
 */
export function iconButton(picture, name, pressed, attributes = {}) {
  const given = { type: "button", class: "icon", "aria-label": name, title: name, click: pressed, ...attributes };
  return el("button", given, icon(picture));
}

/**
 * An address that may be followed: http or https, or a path of this site.
 *
 * @param {string} address
 * @returns {URL | null}
 */
export function safeAddress(address) {
  try {
    const url = new URL(address, document.baseURI);
    return /^https?:$/.test(url.protocol) ? url : null;
  } catch {
    return null;
  }
}

/** Browsers send this for a key that an input method has used up; Safari says nothing else after a composition. */
const USED_BY_INPUT_METHOD = 229;

/** Whether a key that was pressed in a field sends what stands there. @param {KeyboardEvent} event */
export function isSending(event) {
  return event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== USED_BY_INPUT_METHOD;
}

/** An id that sorts by time (RFC 9562, version 7). */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const now = Date.now();
  for (let i = 0; i < 6; i += 1) bytes[i] = Math.floor(now / 2 ** (8 * (5 - i))) % 256;
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/**
 * A style sheet for a shadow root, which a policy without `unsafe-inline` allows.
 *
 * @param {ShadowRoot} root
 * @param {string} text
 */
export function addStyles(root, text) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
}
