// Small enhancements. Every page works without this file; nothing here changes what a form sends.
// Listeners sit on the document and `enhance` may run any number of times, because htmx morphs pages:
// it may take away what a script had added, and keep the element that carried a listener.

const live = () => document.getElementById("live");

/** Say something to screen readers through the status region that base.html always has. */
function announce(text) {
  const region = live();
  if (!region) return;
  region.textContent = "";
  setTimeout(() => { region.textContent = text; }, 50);
}

// -- passwords: show and hide

function showPassword(box, visible) {
  const button = box.querySelector(".ob-password__toggle");
  box.querySelector("input").type = visible ? "text" : "password";
  button.textContent = visible ? box.dataset.hide : box.dataset.show;
  button.setAttribute("aria-label", visible ? box.dataset.hideLabel : box.dataset.showLabel);
}

function addPasswordToggle(box) {
  if (box.querySelector(".ob-password__toggle")) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "govuk-button govuk-button--secondary ob-button ob-password__toggle";
  button.setAttribute("aria-controls", box.querySelector("input").id);
  box.append(button);
  showPassword(box, false);
}

function togglePassword(button) {
  const box = button.closest("[data-ob-password]");
  const visible = box.querySelector("input").type === "password";
  showPassword(box, visible);
  announce(visible ? box.dataset.shown : box.dataset.hidden);
}

/** A visible password would be kept by the browser as form history. */
function hidePasswords(form) {
  for (const box of form.querySelectorAll("[data-ob-password]:has(.ob-password__toggle)")) showPassword(box, false);
}

// -- characters left

let pause = 0;

function countCharacters(group, speak) {
  const input = group.querySelector("textarea, input");
  const line = document.getElementById(`${input.id}-count`);
  const limit = Number(group.dataset.obCount);
  if (!line || !limit) return;
  const left = limit - [...input.value].length; // code points, as the server counts
  const words = (left < 0 ? group.dataset.obCountOver : group.dataset.obCountLeft).replace("{n}", Math.abs(left));
  line.textContent = words;
  line.classList.toggle("ob-count--over", left < 0);
  clearTimeout(pause);
  if (speak && left < limit / 10) pause = setTimeout(() => announce(words), 1000);
}

// -- copy

async function copy(button) {
  const source = document.getElementById(button.dataset.obCopyFrom ?? "");
  try {
    await navigator.clipboard.writeText(source ? (source.value ?? source.textContent.trim()) : button.dataset.obCopy);
  } catch {
    return;
  }
  const words = button.querySelector("span");
  const before = words.textContent;
  if (before === button.dataset.obCopied) return;
  words.textContent = button.dataset.obCopied;
  announce(button.dataset.obCopied);
  setTimeout(() => { words.textContent = before; }, 4000);
}

// -- sending twice

let pressed = new WeakMap();

/** Swallow a second press within two seconds. The button stays enabled, so Back and sending again work. */
function isSecondPress(button) {
  const now = Date.now();
  if (now - (pressed.get(button) ?? 0) < 2000) return true;
  pressed.set(button, now);
  return false;
}

// -- ballots of the booth that are being filled in (booth/draft.js)

/** Signing out takes them away from whoever uses this window next, as it does the cookies of other ballots. */
function forgetBallots() {
  try {
    for (const key of Object.keys(sessionStorage)) if (key.startsWith("obste-ballot-")) sessionStorage.removeItem(key);
  } catch { /* no storage, no ballots */ }
}

// -- tables shown as cards

/** On phones a card table has display: block; some browsers then forget that it is a table. Tell them again. */
function keepTable(table) {
  const roles = { TABLE: "table", THEAD: "rowgroup", TBODY: "rowgroup", TFOOT: "rowgroup", TR: "row", TD: "cell" };
  for (const part of [table, ...table.querySelectorAll("thead, tbody, tfoot, tr, td, th")]) {
    part.setAttribute("role", roles[part.tagName] ?? (part.scope === "row" ? "rowheader" : "columnheader"));
  }
}

// -- focus

/** Errors first, then a heading that asked for the focus; otherwise the focus stays where the person left it. */
function placeFocus() {
  const target = document.querySelector("#error-summary:not(.ob-sample *)") ?? document.querySelector("[data-ob-focus]");
  if (!target || target.obPlaced) return;
  target.obPlaced = true; // a property, not an attribute: a morph would carry it over or take it away
  target.focus();
}

/** A link of the error summary: bring the label into view, put the focus into the field. */
function goToField(event, link) {
  const place = document.getElementById(link.hash.slice(1));
  const input = place?.matches("input, select, textarea") ? place : place?.querySelector("input, select, textarea");
  if (!input) return;
  event.preventDefault();
  (input.closest("fieldset") ?? input.closest(".govuk-form-group") ?? input).scrollIntoView({ block: "start" });
  input.focus({ preventScroll: true });
}

// -- all together

function enhance() {
  for (const box of document.querySelectorAll("[data-ob-password]")) addPasswordToggle(box);
  for (const group of document.querySelectorAll("[data-ob-count]")) countCharacters(group, false);
  for (const table of document.querySelectorAll(".ob-table-wrap--cards > table")) keepTable(table);
  for (const button of document.querySelectorAll("[data-ob-print]")) button.hidden = false;
  if (navigator.clipboard) for (const button of document.querySelectorAll("[data-ob-copy]")) button.hidden = false;
}

document.addEventListener("click", (event) => {
  const at = (selector) => event.target.closest?.(selector);
  const guarded = at("[data-ob-once]");
  const link = at(".govuk-error-summary a[href^='#']");
  if (guarded && isSecondPress(guarded)) event.preventDefault();
  if (link) goToField(event, link);
  if (at("[data-ob-copy]")) copy(at("[data-ob-copy]"));
  if (at(".ob-password__toggle")) togglePassword(at(".ob-password__toggle"));
  if (at("[data-ob-print]")) print();
});
document.addEventListener("input", (event) => {
  const group = event.target.closest?.("[data-ob-count]");
  if (group) countCharacters(group, true);
});
document.addEventListener("submit", (event) => {
  hidePasswords(event.target);
  if (event.target.action?.endsWith?.("/sign-out")) forgetBallots();
}, true);
addEventListener("pageshow", () => { pressed = new WeakMap(); });

const target = (event) => event.detail?.ctx?.target;
document.addEventListener("htmx:before:request", (event) => target(event)?.setAttribute?.("aria-busy", "true"));
document.addEventListener("htmx:finally:request", (event) => target(event)?.removeAttribute?.("aria-busy"));
document.addEventListener("htmx:before:swap", (event) => {
  const summary = document.getElementById("error-summary");
  if (summary && target(event)?.contains?.(summary)) summary.obPlaced = false; // the same errors again deserve the focus again
});
document.addEventListener("htmx:after:swap", () => {
  enhance();
  placeFocus();
});
document.addEventListener("ob:shown", enhance); // a script of ours has put a piece of a page in its place

enhance();
if (!location.hash) placeFocus();
