// What pages gain by JavaScript: the palette, live orders, focus where it belongs. Nothing here is needed to read.
"use strict";

const palette = document.getElementById("palette");
const keys = document.getElementById("keys");

function openPalette() {
  palette.showModal();
  const words = document.getElementById("palette-words");
  words.select();
  htmx.trigger(words, "palette");
}

function step(event) {
  const hits = [...palette.querySelectorAll("#palette-hits a")];
  const from = hits.indexOf(document.activeElement);
  const to = event.key === "ArrowDown" ? from + 1 : from - 1;
  if (!hits.length) return;
  event.preventDefault();
  (to < 0 ? document.getElementById("palette-words") : hits[Math.min(to, hits.length - 1)]).focus();
}

function follow(part) {
  const source = new EventSource(part.dataset.live);
  source.addEventListener("message", (event) => htmx.swap(part, event.data, { swapStyle: "innerHTML" }));
  source.addEventListener("end", () => { source.close(); part.dispatchEvent(new CustomEvent("ended", { bubbles: true })); });
  addEventListener("pagehide", () => source.close());
}

function wake(root) {
  for (const part of root.querySelectorAll("[data-live]")) follow(part);
  for (const field of root.querySelectorAll("[data-type-name]")) {
    const button = field.form.querySelector("button");
    const judge = () => { button.disabled = field.value !== field.dataset.typeName; };
    field.addEventListener("input", judge);
    judge();
  }
  root.querySelector("[data-focus]")?.focus();
  for (const dialog of root.querySelectorAll("dialog[data-modal]")) { dialog.close(); dialog.showModal(); }
  root.querySelector("form[data-send]")?.requestSubmit();
}

addEventListener("keydown", (event) => {
  if (palette && event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    openPalette();
  } else if (event.key === "?" && keys && !keys.hasAttribute("data-off") && !event.target.closest("input, select, textarea, dialog")) {
    keys.showModal();
  } else if (palette?.open && ["ArrowDown", "ArrowUp"].includes(event.key)) step(event);
});

if (palette) {
  document.querySelector("[data-palette]").addEventListener("click", (event) => { event.preventDefault(); openPalette(); });
  palette.addEventListener("click", (event) => { if (event.target === palette) palette.close(); });
  palette.addEventListener("submit", (event) => {
    const first = palette.querySelector("#palette-hits a");
    if (first) { event.preventDefault(); location.assign(first.href); }
  });
}

if (matchMedia("(max-width: 860px)").matches) document.querySelector(".menu")?.removeAttribute("open");
for (const field of document.querySelectorAll("[data-zone]")) field.value = Intl.DateTimeFormat().resolvedOptions().timeZone;
document.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
wake(document);
