// The door on a tablet: who is expected, who is here, with and without network. Nothing that is noted waits for the
// network: it is written down on the tablet (store.js), shown, and sent when that is possible (sync.js).

const data = JSON.parse(document.getElementById("door-data").textContent);
const { texts } = data;
const [{ openStore }, { rowsOf, addUp, showSpan, isLike, nameKey, hashCode }, { sync }, { scan }] = await Promise.all(
  [data.store, data.rows, data.sync, data.scan].map((address) => import(address)),
);

const MOST_ROWS = 200; // that are shown; more are found by name
const EVERY = 20_000; // ms between fetching the list anew
const SOON = 400; // ms after something was noted

let store = null;
let state = { lines: [] };
let how = "sending"; // how the last sync went
let work = null; // the sync that runs
let timer = 0;
let isKept = true; // whether the page can be shown without network
let wanted = { text: "", code: "" };
let stopScan = null;
const shown = new Map(); // key → element

const element = (id) => document.getElementById(id);
const say = (text, facts = {}) => text.replace(/\{(\w+)\}/g, (_, name) => facts[name]);
const nameOf = (row) => row.name || texts.nameless;

function tell(text) {
  element("said").textContent = text;
}

// -- showing

async function show() {
  state = await store.read();
  const rows = rowsOf(state);
  const total = addUp(rows);
  const page = element("tablet");
  fill(page, "people", showSpan(total.people));
  fill(page, "registered", showSpan(total.registered));
  fill(page, "walk-ins", showSpan(total.walkIns));
  showState();
  const found = rows.filter(isWanted);
  showRows(found.slice(0, MOST_ROWS));
  const more = found.length - MOST_ROWS;
  element("more").hidden = more <= 0;
  element("more").textContent = say(texts.more, { n: more });
  if (wanted.text && !found.length) tell(texts.nobody);
  return found;
}

function isWanted(row) {
  if (!wanted.text) return true;
  return isLike(row.name, wanted.text) || (row.code !== "" && row.code === wanted.code);
}

function showState() {
  const waiting = state.lines.filter((line) => !line.problem).length;
  const refused = state.lines.length - waiting;
  const line = element("door-state");
  const parts = [];
  if (waiting) parts.push(say(texts.waiting, { n: waiting }));
  parts.push({ lost: texts.offline, signed_out: texts.signedOut, closed: texts.closed, broken: texts.broken, sending: texts.sending }[how] ?? (waiting ? texts.sending : texts.sent));
  const text = parts.join(". ").replace("..", ".");
  if (line.dataset.said !== text) {
    line.dataset.said = text;
    line.dataset.how = how;
    line.textContent = text;
    if (how === "signed_out") line.append(" ", link(data.signIn, texts.signIn));
  }
  const problem = [];
  if (state.list?.problem) problem.push(state.list.problem);
  if (refused) problem.push(say(texts.refused, { n: refused }));
  if (state.list?.doubts) problem.push(texts.doubts);
  if (!state.list) problem.push(texts.noList);
  if (!isKept) problem.push(texts.notKept);
  const page = element("tablet");
  fill(page, "problem", problem.join(" "));
  page.querySelector("[data-fill=problem]").hidden = problem.length === 0;
}

function link(address, text) {
  const made = document.createElement("a");
  made.className = "govuk-link";
  made.href = address;
  made.textContent = text;
  return made;
}

function fill(within, name, text) {
  const place = within.querySelector(`[data-fill="${name}"]`);
  if (place && place.textContent !== text) place.textContent = text;
}

function showRows(rows) {
  const list = element("rows");
  const keys = new Set(rows.map((row) => row.key));
  for (const [key, item] of shown) {
    if (keys.has(key)) continue;
    item.remove();
    shown.delete(key);
  }
  rows.forEach((row, place) => {
    let item = shown.get(row.key);
    if (!item) {
      item = element("door-row").content.firstElementChild.cloneNode(true);
      item.dataset.key = row.key;
      shown.set(row.key, item);
    }
    showRow(item, row);
    if (list.children[place] !== item) list.insertBefore(item, list.children[place] ?? null);
  });
}

function showRow(item, row) {
  const was = JSON.stringify(row);
  if (item.dataset.was === was) return; // what is being typed stays
  item.dataset.was = was;
  const [people, children] = [item.querySelector("[name=people]"), item.querySelector("[name=children]")];
  const isHere = row.here.most > 0;
  const ids = { people: `people-${row.key}`, children: `children-${row.key}` };
  people.id = ids.people;
  children.id = ids.children;
  item.querySelector("[data-fill=people-label]").htmlFor = ids.people;
  item.querySelector("[data-fill=children-label]").htmlFor = ids.children;
  item.classList.toggle("ob-door-row--here", isHere);
  for (const name of ["people-of", "children-of", "do-of", "undo-of"]) fill(item, name, `: ${nameOf(row)}`);
  fill(item, "name", nameOf(row));
  fill(item, "facts", [row.state ? say(texts.places, { n: row.places }) : texts.walkIn, row.children ? say(texts.children, { n: row.children }) : ""].filter(Boolean).join(", "));
  item.querySelector("[data-fill=waiting]").hidden = row.state !== "waiting";
  item.querySelector("[data-fill=withdrawn]").hidden = row.state !== "withdrawn";
  item.querySelector("[data-fill=asks]").hidden = !row.asks;
  item.querySelector("[data-fill=here]").hidden = !isHere;
  const words = [say(texts.isHere, { n: showSpan(row.here) })];
  if (row.children_here.most) words.push(say(texts.children, { n: showSpan(row.children_here) }));
  if (row.waits) words.push(texts.notSent);
  fill(item, "here-words", words.join(", "));
  item.querySelector("[data-fill=children]").hidden = !(row.children || row.children_here.most);
  people.value = isHere ? row.here.most : row.places || 1;
  children.value = isHere ? row.children_here.most : row.children;
  fill(item, "do", isHere ? texts.change : texts.here);
  item.querySelector("[value=here]").classList.toggle("govuk-button--secondary", isHere);
  item.querySelector("[value=undo]").hidden = !isHere;
}

// -- noting

/** A number that was typed, or null. */
function read(field, least, most) {
  const typed = field && field.value.trim();
  const number = /^\d{1,3}$/.test(typed ?? "") ? Number(typed) : null;
  return number !== null && number >= least && number <= most ? number : null;
}

async function note(key, kind, people, children, name = "") {
  const line = await store.note((known) => {
    const row = rowsOf(known).find((one) => one.key === key);
    return { kind, group: key, people, children, name, replaces: (row?.seen ?? []).slice(0, 16) };
  });
  await show();
  later(SOON);
  return line;
}

async function noteRow(item, isUndo) {
  const row = rowsOf(state).find((one) => one.key === item.dataset.key);
  const fields = item.querySelector("form").elements;
  const people = isUndo ? 0 : read(fields.people, 1, data.mostPeople);
  const children = isUndo ? 0 : read(fields.children, 0, data.mostChildren);
  if (people === null || children === null) {
    fields.people.setAttribute("aria-invalid", "true");
    fields.people.focus();
    return tell(say(texts.number, { n: data.mostPeople }));
  }
  fields.people.removeAttribute("aria-invalid");
  await note(row.key, isUndo ? "undone" : "arrived", people, children);
  tell(say(isUndo ? texts.undone : texts.noted, { name: nameOf(row), n: people }));
  if (isUndo) item.querySelector("[value=here]").focus();
}

async function noteWalkIn(form) {
  const fields = form.elements;
  const people = read(fields.people, 1, data.mostPeople);
  const children = fields.children ? read(fields.children, 0, data.mostChildren) : 0;
  if (people === null || children === null) {
    fields.people.setAttribute("aria-invalid", "true");
    fields.people.focus();
    return tell(say(texts.number, { n: data.mostPeople }));
  }
  fields.people.removeAttribute("aria-invalid");
  const name = fields.name.value.trim().replace(/\s+/g, " ").slice(0, 120);
  form.reset();
  element("same-name").hidden = true;
  await note(crypto.randomUUID(), "walked_in", people, children, name);
  tell(say(texts.noted, { name: name || texts.nameless, n: people }));
}

// -- finding

async function find(text) {
  const looksLikeCode = /\d/.test(text) || text.includes("/");
  wanted = { text, code: looksLikeCode ? await hashCode(text) : "" };
  tell("");
  return show();
}

async function scanTicket() {
  element("camera").hidden = false;
  try {
    const running = await scan(element("camera").querySelector("video"), data.library);
    stopScan = running.stop;
    const text = await running.code;
    closeCamera();
    if (text) await showTicket(text);
  } catch {
    closeCamera();
    tell(texts.camera);
  }
}

async function showTicket(text) {
  const code = await hashCode(text);
  const row = rowsOf(state).find((one) => one.code && one.code === code);
  element("find").value = row ? nameOf(row) : "";
  wanted = row ? { text, code } : { text: "", code: "" };
  await show();
  tell(row ? say(texts.found, { name: nameOf(row) }) : texts.unknown);
  if (row) shown.get(row.key)?.querySelector("[value=here]").focus();
}

function closeCamera() {
  stopScan?.();
  stopScan = null;
  element("camera").hidden = true;
}

// -- sending

function later(pause) {
  clearTimeout(timer);
  timer = setTimeout(run, pause);
}

/** One sync at a time, in this tab and in others; afterwards the next is set. */
async function run() {
  if (work || !store) return;
  work = navigator.locks.request(`obste-door-${data.door}`, () => sync(store, data));
  try {
    how = await work;
  } catch {
    how = "broken";
  }
  work = null;
  if (!store) return;
  await show();
  later(EVERY);
}

// -- keeping and forgetting

/** Let the worker keep this page, so that it opens without network. */
async function keepPage() {
  const registration = await navigator.serviceWorker.register(data.worker, { scope: data.scope });
  const worker = registration.active ?? (await navigator.serviceWorker.ready).active;
  return order(worker, { keep: data.here });
}

function order(worker, message) {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data: answer }) => resolve(answer);
    worker.postMessage(message, [port2]);
  });
}

async function forget(button) {
  const { lines } = await store.read();
  if (lines.length && button.dataset.sure !== "yes") {
    button.dataset.sure = "yes";
    return tell(say(texts.sure, { n: lines.length }));
  }
  const gone = store;
  store = null;
  clearTimeout(timer);
  await gone.forget({ lines: true });
  const registration = await navigator.serviceWorker?.getRegistration(data.scope);
  if (registration?.active) await order(registration.active, { forget: data.here });
  element("tablet").replaceChildren(Object.assign(document.createElement("p"), { className: "govuk-body-l", textContent: texts.forgotten }));
  element("tablet").tabIndex = -1;
  return element("tablet").focus();
}

function listen() {
  const page = element("tablet");
  page.addEventListener("submit", (event) => {
    event.preventDefault();
    const item = event.target.closest("li");
    if (item) noteRow(item, false);
    else if (event.target.id === "walk-in") noteWalkIn(event.target);
  });
  page.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button?.value === "undo") noteRow(button.closest("li"), true);
    else if (button?.id === "scan") scanTicket();
    else if (button?.id === "scan-stop") closeCamera();
    else if (button?.id === "forget") forget(button);
  });
  page.addEventListener("input", (event) => {
    if (event.target.id === "find") find(event.target.value.trim());
    if (event.target.id === "walk-in-name") {
      const typed = nameKey(event.target.value);
      element("same-name").hidden = !typed || !rowsOf(state).some((row) => nameKey(row.name) === typed);
    }
  });
  addEventListener("online", () => later(0));
  addEventListener("offline", () => { how = "lost"; if (store) show(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) later(0); });
}

async function start() {
  const opened = await openStore(data.door);
  await opened.forgetOld(new Date());
  store = opened;
  element("tablet").replaceChildren(element("door-page").content.cloneNode(true));
  listen();
  if (!navigator.onLine) how = "lost";
  await show();
  navigator.storage?.persist?.();
  await run();
  try {
    await keepPage();
  } catch {
    isKept = Boolean(navigator.serviceWorker?.controller); // without network it cannot be made new, and need not
    await show();
  }
  element("tablet").dataset.kept = String(isKept);
}

if (globalThis.indexedDB && crypto.subtle && navigator.serviceWorker) await start();
