// Small enhancements. Every page works without this file; nothing here changes what a form sends.
// Loaded as a module: runs after the document is parsed, never inline (the security policy allows 'self' only).

const once = new WeakSet();

/** Run `enhance(element)` one time for each match inside `root` (the page, or what htmx swapped in). */
function each(root, selector, enhance) {
  const found = [...root.querySelectorAll(selector)];
  if (root.matches?.(selector)) found.unshift(root);
  for (const element of found) {
    if (once.has(element)) continue;
    once.add(element);
    enhance(element);
  }
}

/** Say something to screen readers through the status region that base.html always has. */
function announce(text) {
  const live = document.getElementById("live");
  if (!live) return;
  live.textContent = "";
  setTimeout(() => { live.textContent = text; }, 50);
}

function copyButton(button) {
  if (!navigator.clipboard) return;
  button.hidden = false;
  const words = button.querySelector("span");
  const before = words.textContent;
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.obCopyFrom ?? "");
    try {
      await navigator.clipboard.writeText(source ? (source.value ?? source.textContent.trim()) : button.dataset.obCopy);
    } catch {
      return;
    }
    words.textContent = button.dataset.obCopied;
    announce(button.dataset.obCopied);
    setTimeout(() => { words.textContent = before; }, 4000);
  });
}

function passwordToggle(box) {
  const input = box.querySelector("input");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "govuk-button govuk-button--secondary ob-button";
  button.setAttribute("aria-controls", input.id);
  const show = (visible) => {
    input.type = visible ? "text" : "password";
    button.textContent = visible ? box.dataset.hide : box.dataset.show;
    button.setAttribute("aria-label", visible ? box.dataset.hideLabel : box.dataset.showLabel);
  };
  show(false);
  box.append(button);
  button.addEventListener("click", () => {
    show(input.type === "password");
    announce(input.type === "text" ? box.dataset.shown : box.dataset.hidden);
  });
  // A visible password would be kept by the browser as form history.
  input.form?.addEventListener("submit", () => show(false));
}

function characterCount(group) {
  const input = group.querySelector("textarea, input");
  const line = document.getElementById(`${input.id}-count`);
  const limit = Number(group.dataset.obCount);
  if (!line || !limit) return;
  let timer = 0;
  const tell = () => {
    // The server counts line ends as one character, code points as one: so do we.
    const left = limit - [...input.value].length;
    line.textContent = (left < 0 ? group.dataset.obCountOver : group.dataset.obCountLeft).replace("{n}", Math.abs(left));
    line.classList.toggle("ob-count--over", left < 0);
    clearTimeout(timer);
    timer = setTimeout(() => { if (left < limit / 10 && document.activeElement === input) announce(line.textContent); }, 1000);
  };
  input.addEventListener("input", tell);
  tell();
}

/** Swallow a second press within two seconds. The button stays enabled, so Back and sending again work. */
function guardDoubleSend(button) {
  let last = 0;
  button.addEventListener("click", (event) => {
    const now = Date.now();
    if (now - last < 2000) event.preventDefault();
    else last = now;
  });
  addEventListener("pageshow", () => { last = 0; });
}

/** On phones a card table has display: block; some browsers then forget that it is a table. Tell them again. */
function keepTable(table) {
  const roles = { TABLE: "table", THEAD: "rowgroup", TBODY: "rowgroup", TFOOT: "rowgroup", TR: "row", TD: "cell" };
  for (const part of [table, ...table.querySelectorAll("thead, tbody, tfoot, tr, td, th")]) {
    part.setAttribute("role", roles[part.tagName] ?? (part.scope === "row" ? "rowheader" : "columnheader"));
  }
}

function printButton(button) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

function enhance(root) {
  each(root, "[data-ob-copy]", copyButton);
  each(root, "[data-ob-password]", passwordToggle);
  each(root, "[data-ob-count]", characterCount);
  each(root, "[data-ob-once]", guardDoubleSend);
  each(root, ".ob-table-wrap--cards > table", keepTable);
  each(root, "[data-ob-print]", printButton);
}

/** Errors first, then a heading that asked for the focus; otherwise the focus stays where the person left it. */
function placeFocus(root) {
  const target = root.querySelector?.("#error-summary:not(.ob-sample *)") ?? root.querySelector?.("[data-ob-focus]");
  if (!target || target.dataset.obFocused) return;
  target.dataset.obFocused = "yes";
  target.focus();
}

/** Links of an error summary go to the field and focus it, with its label in view. */
document.addEventListener("click", (event) => {
  const link = event.target.closest?.(".govuk-error-summary a[href^='#']");
  const field = link && document.getElementById(link.hash.slice(1));
  if (!field) return;
  const input = field.matches("input, select, textarea") ? field : field.querySelector("input, select, textarea");
  if (!input) return;
  event.preventDefault();
  const group = input.closest("fieldset") ?? input.closest(".govuk-form-group") ?? input;
  group.scrollIntoView({ block: "start" });
  input.focus({ preventScroll: true });
});

document.addEventListener("htmx:before:request", (event) => event.detail?.ctx?.target?.setAttribute?.("aria-busy", "true"));
document.addEventListener("htmx:finally:request", (event) => event.detail?.ctx?.target?.removeAttribute?.("aria-busy"));
document.addEventListener("htmx:after:swap", () => {
  enhance(document);
  placeFocus(document);
});

enhance(document);
if (!location.hash) placeFocus(document);
