// The booth on the site: choose, put in order, check, write the secret code, seal, send, receipt.
//
// Everything happens in this page. The step stands after # in the address, which browsers send to nobody, so that
// Back and reloading work; the draft stays in this window (draft.js); the code stays in its field until the
// ballot is sealed. The first thing that leaves the device is the sealed ballot (send.js).
// sealing.js, the program that seals in a worker, is loaded here too: its `normaliseCode` tells a mistyped code.
/* global normaliseCode */

const at = document.getElementById("booth-modules").dataset;
const [{ loadDraft, saveDraft, forgetDraft, newDraft, move, ranksOf }, { View, fill, orderOf }, { send, isOurs }, { seal, canSeal, SealingRefused }] =
  await Promise.all([at.obDraft, at.obView, at.obSend, at.obSeal].map((address) => import(address)));

const data = JSON.parse(document.getElementById("booth-data").textContent);
const { texts } = data;
const STEPS = ["choose", "order", "blank", "review", "send"];
const state = {
  draft: loadDraft(data.poll, Object.keys(data.options), data.who, data.limit),
  note: "",
  code: "", // what is typed, until it is sealed with
  codeProblem: "",
  phase: "sealing", // of the last step: sealing, sending, trouble
  trouble: null, // {kind, text}
};
const view = new View(data);
const siteTitle = document.title.slice(document.title.lastIndexOf(" – "));
const pollTitle = document.title.slice(0, document.title.lastIndexOf(" – ")).split(": ").slice(1).join(": ");
let step = "";
let work = null; // the AbortController of a sealing that runs, or true while a ballot is on its way

const element = (id) => document.getElementById(id);

function announce(text) {
  const live = element("live");
  live.textContent = "";
  setTimeout(() => { live.textContent = text; }, 50);
}

// -- steps

/** The step that the address asks for; another hash, as that of the skip link, changes nothing. */
function stepAsked() {
  const asked = location.hash.slice(1) || "choose";
  return STEPS.includes(asked) ? asked : step || "choose";
}

/** The step that can be shown: nobody checks, or sends, what is not there. */
function stepPossible(asked) {
  const { draft } = state;
  if (work === true) return "send"; // nobody changes a ballot that is on its way
  if (asked === "send" && !work && !draft.sealed) return stepPossible("review");
  if (asked === "review" && !draft.blank && draft.ranks.length < data.least) {
    state.note = texts.few;
    return "choose";
  }
  return asked;
}

/** Go to a step in the history. */
function go(to) {
  history.pushState(null, "", at.obHere + (to === "choose" ? "" : `#${to}`));
  arrive();
}

function arrive() {
  const before = step;
  const asked = stepAsked();
  if (asked === step) return;
  state.note = "";
  step = stepPossible(asked);
  if (step !== asked) history.replaceState(null, "", at.obHere + (step === "choose" ? "" : `#${step}`));
  if (step !== "review") state.codeProblem = "";
  if (step !== "send" && work instanceof AbortController) work.abort();
  if (step === "send" && !work) Object.assign(state, { phase: "trouble", trouble: { kind: "unsent" } });
  if (before === "done") state.note = ""; // back from the receipt, to a ballot of nothing
  for (const link of document.querySelectorAll(".ob-lang__link")) link.hash = step === "choose" ? "" : step;
  draw({ isNew: true });
  if (!before) return; // the page has just come: the focus is the browser's
  scrollTo(0, 0);
  document.querySelector("#booth h1").focus();
  if (state.note) announce(state.note);
}

function draw({ isNew = false } = {}) {
  view.show(step, state, { isNew });
  const code = element("code");
  if (code && code.value !== state.code) code.value = state.code;
  nameWindow(step === "send" && state.phase === "trouble" ? "trouble" : step);
}

function nameWindow(what) {
  const wrong = state.codeProblem ? `${texts.error} ` : "";
  document.title = `${wrong}${texts.titles[what]}: ${pollTitle}${siteTitle}`;
}

// -- choosing and ordering

function press(button) {
  const select = element(`place-${button.value.split(":")[1]}`);
  const before = state.draft;
  const { ranks, said, number } = move(before.ranks, button.value, { place: Number(select?.value ?? 0), limit: data.limit });
  if (said === "nothing") return;
  if (ranks !== before.ranks) keep({ ...before, ranks, blank: false, sealed: null });
  const facts = { title: data.options[number][0], rank: ranks.indexOf(number) + 1, count: ranks.length };
  const words = texts.said[said].replace(/\{(\w+)\}/g, (_, name) => facts[name]);
  state.note = ["full", "first", "last"].includes(said) ? words : "";
  draw();
  if (step === "order" && said === "removed") document.querySelector("#booth h1").focus(); // its button is gone
  announce(words);
}

function keep(draft) {
  state.draft = draft;
  saveDraft(data.poll, draft);
}

function reorder(shown) {
  keep({ ...state.draft, shown });
  draw();
  announce(texts.ordered);
}

function voteBlank() {
  keep({ ...state.draft, ranks: [], blank: true, sealed: null });
  go("review");
}

// -- the secret code

/** What is wrong with a code; nothing when it is written right, or not written yet. */
function problemOf(typed) {
  if (!typed.trim()) return "";
  try {
    normaliseCode(typed);
    return "";
  } catch {
    return texts.reasons.code_malformed;
  }
}

/** Say at once when a whole code is mistyped, or right; half a code is left in peace until the field is left. */
function checkCode({ isDone }) {
  const typed = element("code").value;
  const isWhole = typed.replace(/[^0-9A-Za-z]/g, "").length >= 15;
  const problem = isDone || isWhole || state.codeProblem ? problemOf(typed) : "";
  const isRight = isWhole && !problem && state.code !== typed;
  state.code = typed;
  if (isRight) announce(texts.code_right);
  if (problem === state.codeProblem) return;
  state.codeProblem = problem;
  draw();
  if (problem) announce(problem);
}

function complainOfCode(problem) {
  state.codeProblem = problem;
  if (step === "review") draw();
  else go("review");
  element("code").focus();
}

// -- sealing and sending

async function sealAndSend() {
  if (work) return go("send");
  const problem = state.code.trim() ? problemOf(state.code) : texts.reasons.code_malformed;
  if (problem) return complainOfCode(problem);
  work = new AbortController();
  state.phase = "sealing";
  go("send");
  try {
    const sealed = await sealDraft(work.signal);
    keep({ ...state.draft, sealed });
  } catch (error) {
    const { signal } = work;
    work = null;
    if (!signal.aborted) complainOfSealing(error);
    return undefined;
  }
  return deliver();
}

function sealDraft(signal) {
  const { questions: [{ value: { answers } }] } = JSON.parse(data.election);
  const isSame = answers.length === data.numbers.length && data.numbers.every((number, n) => `${answers[n]} `.startsWith(`${number} `));
  if (!isSame) throw new SealingRefused("election");
  const onProgress = (done) => { if (element("sealed-part")) element("sealed-part").value = done; };
  return seal(data.election, state.code, ranksOf(state.draft, data.numbers), onProgress, { worker: at.obWorker, signal });
}

function complainOfSealing(error) {
  const reason = error instanceof SealingRefused ? error.reason : "sealing_failed";
  if (reason === "code_malformed") return complainOfCode(texts.reasons.code_malformed);
  const known = texts.reasons[reason] ?? (/^(election|json)_/.test(reason) ? texts.reasons.election : texts.reasons.sealing_failed);
  return fail({ kind: "failed", text: known });
}

function fail(trouble) {
  Object.assign(state, { phase: "trouble", trouble });
  if (step === "send") {
    draw();
    element("trouble-text").focus();
  } else {
    announce(view.troubleText(trouble));
  }
}

/** Send the sealed ballot that is kept, the first time or again: it is the same one each time. */
async function deliver() {
  const { sealed } = state.draft;
  work = true;
  state.phase = "sending";
  if (step === "send") draw();
  announce(texts.sealed);
  const { receipt, refused, trouble } = await send(at.obAddress, sealed.ballot, at.obToken);
  work = null;
  if (receipt) return finish(receipt, sealed);
  if (!refused) return fail({ kind: trouble });
  keep({ ...state.draft, sealed: null });
  if (refused.field === "code") return complainOfCode(refused.text);
  return fail({ kind: "refused", text: refused.text });
}

/** Show the receipt, and forget what was voted and with which code. */
function finish(receipt, sealed) {
  forgetDraft(data.poll);
  Object.assign(state, { draft: newDraft(Object.keys(data.options), data.who), code: "", codeProblem: "" });
  step = "done";
  view.booth.replaceChildren(receipt);
  if (!isOurs(receipt, sealed)) receipt.prepend(fill("part-alarm", { code: sealed.checkCode }));
  history.replaceState(null, "", at.obHere);
  nameWindow("done");
  document.querySelector(".ob-exit__more")?.remove(); // there is no choice any more that would be kept
  document.dispatchEvent(new Event("ob:shown"));
  scrollTo(0, 0);
  const heading = receipt.querySelector("h1");
  heading.tabIndex = -1;
  heading.focus();
}

// -- all together

document.addEventListener("click", (event) => {
  const hit = (selector) => event.target.closest?.(`#booth ${selector}`);
  const link = hit(".ob-sort__link");
  if (link) {
    event.preventDefault();
    reorder(orderOf(link));
  }
  if (hit("#choice-list button, #ranks button")) press(hit("button"));
  if (hit("#vote-blank")) voteBlank();
  if (hit("#send-vote")) sealAndSend();
  if (hit("#send-again")) deliver();
});
document.addEventListener("input", (event) => { if (event.target.id === "code") checkCode({ isDone: false }); });
document.addEventListener("change", (event) => { if (event.target.id === "code") checkCode({ isDone: true }); });
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.id === "code") sealAndSend();
});
addEventListener("popstate", arrive); // also when a link changes what stands after #

if (canSeal() && typeof normaliseCode === "function") {
  saveDraft(data.poll, state.draft);
  arrive();
}
