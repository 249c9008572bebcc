// A ballot being filled in, which stays in this window: sessionStorage, never a cookie, never sent.
//
// A draft is {who, order, ranks, blank, shown, sealed}: whose it is, the reader's own order of the list, what is
// chosen, best first; whether a blank vote was asked for; how the list is shown; and the sealed ballot that
// waits to arrive, which nobody can read. The rules of moving are those of voting/forms/draft.py.

const PREFIX = "obste-ballot-";

/** A draft of nothing, with the list in an order of its own, so that nobody is first for everyone. */
export function newDraft(numbers, who) {
  return { who, order: shuffled(numbers), ranks: [], blank: false, shown: "mine", sealed: null };
}

/** Each order as likely as any other (Fisher and Yates). */
function shuffled(numbers) {
  const list = [...numbers];
  for (let last = list.length - 1; last > 0; last--) {
    const other = below(last + 1);
    [list[last], list[other]] = [list[other], list[last]];
  }
  return list;
}

function below(limit) {
  const [number] = crypto.getRandomValues(new Uint32Array(1));
  return Math.floor(number / 2 ** 32 * limit);
}

/** The draft of this poll in this window; a new one when there is none, or it is somebody else's. */
export function loadDraft(poll, numbers, who, limit) {
  let kept = null;
  try {
    kept = JSON.parse(sessionStorage.getItem(PREFIX + poll));
  } catch { /* no storage, or not ours: begin anew */ }
  const isOurs = kept && Array.isArray(kept.order) && Array.isArray(kept.ranks);
  if (!isOurs || (kept.who && who && kept.who !== who)) return newDraft(numbers, who);
  const known = (list) => [...new Set(list)].filter((number) => numbers.includes(number));
  const order = known(kept.order);
  return {
    who: who || kept.who,
    order: order.length === numbers.length ? order : shuffled(numbers),
    ranks: known(kept.ranks).slice(0, limit),
    blank: Boolean(kept.blank),
    shown: String(kept.shown ?? "mine"),
    sealed: kept.sealed ?? null,
  };
}

export function saveDraft(poll, draft) {
  try {
    sessionStorage.setItem(PREFIX + poll, JSON.stringify(draft));
  } catch { /* the page works without; a reload then begins anew */ }
}

export function forgetDraft(poll) {
  try {
    sessionStorage.removeItem(PREFIX + poll);
  } catch { /* nothing was kept */ }
}

/**
 * Press a button: "add:P07", "remove:P07", "up:P07", "down:P07" or "place:P07" with the place chosen.
 * Gives {ranks, said, number}; `said` is what happened: added, removed, full, moved, first, last, nothing.
 */
export function move(ranks, pressed, { place = 0, limit }) {
  const [verb, number] = pressed.split(":");
  const here = ranks.indexOf(number);
  const answer = (said, list = ranks) => ({ ranks: list, said, number });
  if (verb === "add") {
    if (here >= 0) return answer("nothing");
    return ranks.length >= limit ? answer("full") : answer("added", [...ranks, number]);
  }
  if (here < 0) return answer("nothing");
  const rest = ranks.filter((one) => one !== number);
  if (verb === "remove") return answer("removed", rest);
  if (verb === "up" && here === 0) return answer("first");
  if (verb === "down" && here === rest.length) return answer("last");
  const wanted = { up: here - 1, down: here + 1, place: place - 1 }[verb] ?? here;
  const target = Math.max(0, Math.min(wanted, rest.length));
  return answer("moved", [...rest.slice(0, target), number, ...rest.slice(target)]);
}

/** One rank an option, in the election's order: 1 for the first choice, 0 for not ranked. */
export function ranksOf(draft, numbers) {
  return numbers.map((number) => (draft.blank ? 0 : draft.ranks.indexOf(number) + 1));
}
