// The review queue by keyboard. The list works without this: every idea is a link, every choice a tick box.
// Letters act only while the focus is inside the list, so that they never surprise who types or dictates.

const STEPS = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };
const rows = () => [...document.querySelectorAll("#queue > li")];
const titleOf = (row) => row?.querySelector(".ob-card__title a");

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.defaultPrevented) return;
  const row = event.target.closest?.("#queue > li");
  if (!row || event.target.matches("select, textarea, input:not([type=checkbox])")) return;
  const step = STEPS[event.key];
  if (step) {
    const all = rows();
    const next = titleOf(all[all.indexOf(row) + step]);
    event.preventDefault(); // at either end the page does not run away under the reader
    next?.focus({ preventScroll: true });
    next?.closest("li").scrollIntoView({ block: "nearest" });
  } else if (event.key === "x") {
    row.querySelector("input[type=checkbox]")?.click();
  }
});

document.addEventListener("click", (event) => {
  if (!event.target.closest?.("[data-ob-first-row]")) return;
  event.preventDefault();
  titleOf(rows()[0])?.focus();
});

for (const words of document.querySelectorAll("[data-ob-keys]")) words.hidden = false;
