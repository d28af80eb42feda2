/** What is open is printed where it stands in the page: what lies above the page would cover it on every sheet. */

/** @param {HTMLElement} root @returns {() => void} Ends it. */
export function printInPlace(root) {
  const end = new AbortController();
  addEventListener("beforeprint", () => root.popover && root.hidePopover?.(), end);
  addEventListener("afterprint", () => root.popover && root.showPopover?.(), end);
  return () => end.abort();
}
