/** What the page around the element tells: dark or light, and its version. */

const DARK = matchMedia("(prefers-color-scheme: dark)");

/** Names by which site generators say it, on `html` or `body`: in an attribute, or as a class. */
const ATTRIBUTES = ["data-theme", "data-bs-theme", "data-color-mode", "data-md-color-scheme", "theme"];
const DARK_NAMES = /^(dark|slate|night|black|navy|coal|ayu)\b/;
const LIGHT_NAMES = /^(light|default|white|rust)\b/;

/** @returns {"dark" | "light"} */
export function siteScheme() {
  for (const node of [document.documentElement, document.body]) {
    const names = [...ATTRIBUTES.map((name) => node?.getAttribute(name) ?? ""), ...(node?.classList ?? [])];
    for (const name of names) {
      if (DARK_NAMES.test(name)) return "dark";
      if (LIGHT_NAMES.test(name)) return "light";
    }
  }
  return DARK.matches ? "dark" : "light";
}

/**
 * Tells of every change of the scheme until it is stopped.
 *
 * @param {() => void} changed
 * @returns {() => void}
 */
export function watchScheme(changed) {
  const observer = new MutationObserver(changed);
  for (const node of [document.documentElement, document.body]) {
    if (node) observer.observe(node, { attributes: true, attributeFilter: ["class", ...ATTRIBUTES] });
  }
  DARK.addEventListener("change", changed);
  return () => {
    observer.disconnect();
    DARK.removeEventListener("change", changed);
  };
}

/** The page that the reader is on, and which version of the documentation it belongs to. */
export function pageFacts() {
  const version = ["docusaurus_version", "docsearch:version", "version"]
    .map((name) => document.querySelector(`meta[name="${name}"]`)?.getAttribute("content"))
    .find(Boolean);
  return { page: location.origin + location.pathname, version: version ?? undefined };
}
