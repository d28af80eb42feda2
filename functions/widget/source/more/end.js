/** A button to the end of the conversation, where that is out of sight. */

import { iconButton } from "../dom.js";
import { DOWNWARDS } from "../icons.js";

/** @typedef {import("../chat.js").Chat} Chat */

/** Pixels that the end may be below what is seen. */
const NEAR = 120;

/** @param {Chat} chat */
export function leadToEnd({ thread: { scroll, log, box }, speech: { say } }) {
  // for whoever points; by keyboard it is the End key of what scrolls, and a button that goes when it is pressed would lose the focus
  const button = iconButton(DOWNWARDS, say("latest"), () => scroll.scrollTo({ top: scroll.scrollHeight }), { class: "icon to-end", tabindex: "-1", hidden: true });
  button.addEventListener("pointerdown", (event) => event.preventDefault());
  const look = () => {
    button.hidden = !log.childElementCount || scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < NEAR;
  };
  box.append(button);
  scroll.addEventListener("scroll", look);
  new ResizeObserver(look).observe(log);
}
