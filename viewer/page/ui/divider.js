/** The bar between two halves, which can be dragged, or moved with the arrow keys. */
import { h } from "./dom.js";

const STEP_PX = 24;
const LEAST_PX = 280;

/**
 * @param {string} label
 * @param {HTMLElement} side the half on the right
 */
export function divider(label, side) {
  const element = h("div", {
    class: "divider",
    role: "separator",
    "aria-orientation": "vertical",
    "aria-label": label,
    tabindex: 0,
  });
  /** @param {number} width */
  const setWidth = (width) => {
    const most = Math.max(LEAST_PX, innerWidth - LEAST_PX);
    const px = Math.round(Math.min(most, Math.max(LEAST_PX, width)));
    side.style.setProperty("width", `${px}px`);
    element.setAttribute("aria-valuenow", String(px));
  };
  element.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    element.setPointerCapture(event.pointerId);
  });
  element.addEventListener("pointermove", (event) => {
    if (element.hasPointerCapture(event.pointerId))
      setWidth(side.getBoundingClientRect().right - event.clientX);
  });
  element.addEventListener("keydown", (event) => {
    const step = event.key === "ArrowLeft" ? STEP_PX : event.key === "ArrowRight" ? -STEP_PX : 0;
    if (step === 0) return;
    event.preventDefault();
    event.stopPropagation();
    setWidth(side.getBoundingClientRect().width + step);
  });
  return element;
}
