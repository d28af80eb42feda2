/** Keys that a reader types here are no shortcuts of the page, to which a shadow root looks like no field at all. */

/** @param {HTMLElement} root */
export function keepKeys(root) {
  for (const name of /** @type {const} */ (["keydown", "keypress", "keyup"])) {
    root.addEventListener(name, (event) => {
      const { target, ctrlKey, metaKey, altKey } = event;
      const isTyped = target instanceof Element && target.matches("input, textarea") && !ctrlKey && !metaKey && !altKey;
      if (isTyped) event.stopPropagation();
    });
  }
}
