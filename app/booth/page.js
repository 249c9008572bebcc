// The page of the booth in one file: open an election, write the places, check, seal, take the ballot away.
// It follows `seal` and `SealingRefused` of seal.js and WORDS of words.js in the same script.

const at = (id) => document.getElementById(id);
const SECTIONS = ["open", "fill", "review", "work", "done"];
const PROBLEM = at("problem"); // it moves about the page

let locale = navigator.language.startsWith("en") ? "en" : "ro";
let election = null; // {text, name, question, answers, fingerprint}
let ranks = [];
let problem = null; // {reason, facts, input}
let sealed = null;
let stopping = null; // the AbortController of a sealing that runs

/** A text in the language of the page. */
function say(key, facts = {}) {
  const text = key.split(".").reduce((words, part) => words?.[part], WORDS[locale]);
  return text.replace(/\{(\w+)\}/g, (_, name) => facts[name]);
}

function speak(key) {
  at("live").textContent = say(key);
}

// -- showing

/** Fill in every text, after the language or what is shown has changed. */
function showWords() {
  document.documentElement.lang = locale;
  document.title = say("title");
  for (const place of document.querySelectorAll("[data-words]")) place.textContent = say(place.dataset.words);
  for (const button of document.querySelectorAll("[data-locale]")) {
    button.setAttribute("aria-pressed", String(button.dataset.locale === locale));
  }
  for (const input of at("options").querySelectorAll("input")) {
    input.setAttribute("aria-label", say("place", { option: election.answers[input.dataset.option] }));
  }
  showOrder();
  showProblem();
}

/** One section, with the focus on its heading. */
function show(section) {
  for (const id of SECTIONS) at(id).hidden = id !== section;
  showWords();
  const heading = at(section).querySelector("h2");
  heading.focus();
  if (section !== "open") heading.scrollIntoView({ block: "center" });
}

function showElection() {
  at("election-name").textContent = election.name;
  at("question").textContent = election.question;
  at("fingerprint").textContent = election.fingerprint;
  at("options").replaceChildren(...election.answers.map((answer, index) => {
    const [item, input, label] = ["li", "input", "label"].map((name) => document.createElement(name));
    Object.assign(input, { id: `rank-${index + 1}`, type: "text", inputMode: "numeric", maxLength: 3, autocomplete: "off" });
    input.dataset.option = index;
    Object.assign(label, { htmlFor: input.id, textContent: answer });
    item.append(input, label);
    return item;
  }));
}

/** The options that have a place, in the order of their places. */
function showOrder() {
  const order = ranks.map((rank, index) => ({ rank, index })).filter(({ rank }) => rank > 0).sort((a, b) => a.rank - b.rank);
  at("order").replaceChildren(...order.map(({ rank, index }) => {
    const [item, place] = ["li", "strong"].map((name) => document.createElement(name));
    place.textContent = say("rank", { rank });
    item.append(place, ` ${election.answers[index]}`);
    return item;
  }));
  const key = order.length ? "left_out" : "blank";
  at("left-out").textContent = say(key, { count: ranks.length - order.length });
}

/** What is wrong, above the field it is wrong in, which also names it; else under the page's title. */
function showProblem() {
  const { reason, facts = {}, input } = problem ?? {};
  for (const marked of document.querySelectorAll("[aria-invalid]")) mark(marked, false);
  PROBLEM.hidden = !problem;
  if (input) at(input).closest("li, .field").prepend(PROBLEM);
  else document.querySelector("h1").after(PROBLEM);
  if (!problem) return;
  const key = reason.startsWith("election_") || reason.startsWith("json_") ? "election" : reason;
  const option = election?.answers[facts.option - 1];
  PROBLEM.textContent = say(`reasons.${key}`, { ...facts, option, reason, most: election?.answers.length });
  if (input) mark(at(input), true);
}

function mark(input, isWrong) {
  const described = [isWrong && "problem", at(`${input.id}-hint`) && `${input.id}-hint`].filter(Boolean).join(" ");
  if (isWrong) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
  if (described) input.setAttribute("aria-describedby", described);
  else input.removeAttribute("aria-describedby");
}

/** Say what is wrong, in a section, with the focus where it can be put right. */
function complain(section, what) {
  problem = what;
  show(section);
  (what.input ? at(what.input) : PROBLEM).focus();
}

// -- doing

/** Read the election's file as far as the page shows it; the sealing program checks the rest of it. */
async function openElection() {
  const file = at("file").files[0];
  const text = (file ? await file.text() : at("text").value).trim();
  if (!text) return complain("open", { reason: "nothing", input: "file" });
  try {
    const { name, questions: [{ value: { answers, question } }] } = JSON.parse(text);
    const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
    const fingerprint = btoa(String.fromCharCode(...new Uint8Array(hash))).replace(/=+$/, "");
    election = { text, name, question, answers: answers.map(String), fingerprint };
  } catch {
    return complain("open", { reason: canSeal() ? "json_malformed" : "browser_unable" });
  }
  [problem, ranks] = [null, []];
  showElection();
  return show("fill");
}

/** What is written beside an option: a number, 0 for nothing, or what is no number as it is. */
function readRank(input) {
  const text = input.value.trim();
  if (text === "") return 0;
  return /^[1-9][0-9]{0,2}$/.test(text) ? Number(text) : -1;
}

/** The first thing that is wrong with what was written; the sealing program asks the same again. */
function findProblem() {
  const places = new Map();
  for (const [index, rank] of ranks.entries()) {
    const input = `rank-${index + 1}`;
    if (rank < 0 || rank > ranks.length) return { reason: "ranks_range", facts: { option: index + 1 }, input };
    if (places.has(rank)) return { reason: "ranks_repeated", facts: { rank }, input };
    if (rank > 0) places.set(rank, input);
  }
  for (let rank = 1; rank <= places.size; rank++) {
    if (!places.has(rank)) return { reason: "ranks_gap", facts: { rank }, input: "rank-1" };
  }
  return at("code").value.trim() ? null : { reason: "code_malformed", input: "code" };
}

function review() {
  ranks = Array.from(at("options").querySelectorAll("input"), readRank);
  const found = findProblem();
  if (found) return complain("fill", found);
  problem = null;
  return show("review");
}

async function sealVote() {
  stopping = new AbortController();
  at("progress").value = 0;
  show("work");
  const program = new Blob([at("sealing-program").textContent], { type: "text/javascript" });
  const worker = URL.createObjectURL(program);
  const onProgress = (done) => { at("progress").value = done; };
  try {
    sealed = await seal(election.text, at("code").value, ranks, onProgress, { worker, signal: stopping.signal });
    finish();
  } catch (error) {
    if (stopping.signal.aborted) {
      show("fill");
      speak("stopped");
    } else {
      const { reason, facts } = error instanceof SealingRefused ? error : { reason: "sealing_failed" };
      complain("fill", { reason, facts, input: reason === "code_malformed" ? "code" : undefined });
    }
  } finally {
    URL.revokeObjectURL(worker);
  }
}

/** Show the ballot, and forget what it was made of. */
function finish() {
  forget();
  at("check-code").textContent = sealed.checkCode;
  at("tracker").textContent = sealed.tracker;
  at("ballot").value = sealed.ballot;
  show("done");
}

function forget() {
  at("fill-form").reset();
  [ranks, problem] = [[], null];
}

function again() {
  sealed = null;
  at("ballot").value = "";
  show("fill");
}

function openOther() {
  forget();
  election = null;
  at("options").replaceChildren();
  at("open-form").reset();
  show("open");
}

async function copyBallot() {
  try {
    await navigator.clipboard.writeText(sealed.ballot);
  } catch { // a page that was opened from a file may not; then the old way
    at("ballot").select();
    document.execCommand("copy");
  }
  speak("copied");
}

function saveBallot() {
  const href = URL.createObjectURL(new Blob([sealed.ballot], { type: "application/json" }));
  Object.assign(document.createElement("a"), { href, download: `${sealed.checkCode}.ballot.json` }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000); // by then it is saved
}

// -- all together

function submit(form, act) {
  at(form).addEventListener("submit", (event) => { event.preventDefault(); act(); });
}

submit("open-form", openElection);
submit("fill-form", review);
const PRESSED = {
  other: openOther, yes: sealVote, no: () => show("fill"), stop: () => stopping.abort(),
  copy: copyBallot, save: saveBallot, again,
};
for (const [id, act] of Object.entries(PRESSED)) at(id).addEventListener("click", act);
for (const button of document.querySelectorAll("[data-locale]")) {
  button.addEventListener("click", () => { locale = button.dataset.locale; showWords(); });
}
at("not-yet").remove();
at("open").hidden = false;
showWords();
if (!canSeal()) complain("open", { reason: "browser_unable" });
