/**
 * Addresses that come from spans. A picture that is in the span itself is shown; everything that
 * would have to be loaded from elsewhere is a link, which sends nothing unless the reader follows it.
 */
import { h } from "./dom.js";
import { visible } from "./visible-text.js";
import { size } from "../data/format.js";

/** Formats that browsers show and that hold nothing but a picture. */
const PICTURE = /^data:image\/(?:png|jpe?g|gif|webp|avif|bmp);base64,[A-Za-z0-9+/=\s]+$/i;

/** @param {string} url */
export function picture(url) {
  if (PICTURE.test(url)) {
    const image = h("img", {
      class: "picture",
      alt: "Image from the message",
      loading: "lazy",
      src: url,
    });
    image.addEventListener("error", () => {
      image.replaceWith(
        h("p", { class: "dim" }, `An image that cannot be shown (${size(url.length)}).`),
      );
    });
    return image;
  }
  return link(url);
}

/** @param {string} url */
export function link(url) {
  const label = visible(url.length > 200 ? `${url.slice(0, 200)}…` : url);
  if (!/^https?:\/\//i.test(url)) return h("code", { class: "address" }, label);
  return h(
    "a",
    { href: url, target: "_blank", rel: "noopener noreferrer nofollow", class: "address" },
    label,
  );
}
