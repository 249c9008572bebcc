// Draws the booth: a step is made whole from its template each time, and what is on the page is changed into it,
// so that there is one way to draw it, and the button that was pressed keeps the focus.

/** A copy of a template with {words} in its texts and attributes filled from `facts`, once each. */
export function fill(id, facts = {}) {
  const piece = document.getElementById(id).content.cloneNode(true);
  const words = document.createTreeWalker(piece, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
  const put = (text) => text.replace(/\{(\w+)\}/g, (all, name) => facts[name] ?? all);
  for (let node = words.nextNode(); node; node = words.nextNode()) {
    if (node.nodeType === Node.TEXT_NODE) {
      if (node.data.includes("{")) node.data = put(node.data);
    } else {
      for (const attribute of node.attributes) {
        if (attribute.value.includes("{")) attribute.value = put(attribute.value);
      }
    }
  }
  return piece;
}

/** Change `from` into `to`, keeping the elements that are there: those with an id by it, the others by place. */
export function morph(from, to) {
  for (const { name } of [...from.attributes]) if (!to.hasAttribute(name)) from.removeAttribute(name);
  for (const { name, value } of to.attributes) if (from.getAttribute(name) !== value) from.setAttribute(name, value);
  if (from.nodeName === "OPTION") from.selected = to.selected; // what people chose is no attribute
  morphChildren(from, to);
}

function morphChildren(from, to) {
  const named = new Map();
  const others = [];
  for (const child of from.childNodes) {
    if (child.id) named.set(child.id, child);
    else others.push(child);
  }
  const wanted = [...to.childNodes].map((child) => {
    const fits = (one) => one && one.nodeName === child.nodeName;
    const found = child.id ? named.get(child.id) : others[0] && fits(others[0]) ? others.shift() : null;
    if (!fits(found)) return child;
    if (found.nodeType === Node.ELEMENT_NODE) morph(found, child);
    else if (found.data !== child.data) found.data = child.data;
    return found;
  });
  arrange(from, wanted);
}

/** Make these the children of `parent`. What has the focus is not moved, which would take the focus away. */
function arrange(parent, wanted) {
  const kept = new Set(wanted);
  for (const child of [...parent.childNodes]) if (!kept.has(child)) child.remove();
  if (wanted.every((child, place) => parent.childNodes[place] === child)) return;
  const fixed = wanted.findIndex((child) => child.contains(document.activeElement));
  if (fixed < 0) {
    parent.append(...wanted);
  } else {
    for (const child of wanted.slice(0, fixed)) parent.insertBefore(child, wanted[fixed]);
    parent.append(...wanted.slice(fixed + 1));
  }
}

/** Draws steps from `data` of the page and the state that is given. */
export class View {
  constructor(data) {
    this.data = data;
    this.booth = document.getElementById("booth");
  }

  /** Show a step: anew, or changed into what the state is now. */
  show(step, state, { isNew }) {
    const drawn = document.createElement("div");
    drawn.id = "booth";
    drawn.append(this[step](state));
    if (isNew) this.booth.replaceChildren(...drawn.childNodes);
    else morph(this.booth, drawn);
  }

  bar(draft, note) {
    const { texts, options } = this.data;
    const cost = draft.ranks.reduce((sum, number) => sum + options[number][1], 0);
    return { bar: texts.bar[draft.ranks.length].replace("{cost}", this.money(cost)), note: note || texts.note };
  }

  /** An amount as the server writes it. */
  money(bani) {
    const { group, decimal, unit } = this.data.money;
    const whole = String(Math.floor(bani / 100)).replace(/\B(?=(\d{3})+$)/g, group);
    return whole + (bani % 100 ? decimal + String(bani % 100).padStart(2, "0") : "") + unit;
  }

  facts(number, rank) {
    const [title, , cost, area] = this.data.options[number];
    return { number, title, cost, area, rank };
  }

  choose({ draft, note }) {
    const step = fill("step-choose", this.bar(draft, note));
    const list = step.getElementById("choice-list");
    const cards = new Map(Array.from(list.children, (card) => [card.id.slice(3), card]));
    for (const [number, card] of cards) this.mark(card, number, draft);
    list.replaceChildren(...this.ordered(draft).map((number) => cards.get(number)));
    for (const link of step.querySelectorAll(".ob-sort__link")) {
      if (orderOf(link) === draft.shown) link.setAttribute("aria-current", "true");
    }
    return step;
  }

  mark(card, number, draft) {
    const place = draft.ranks.indexOf(number) + 1;
    const next = draft.ranks.length + 1;
    const button = place ? "part-remove" : next > this.data.limit ? "part-add-full" : "part-add";
    card.querySelector(".ob-card__actions").prepend(fill(button, this.facts(number, next)));
    if (!place) return;
    card.classList.add("ob-project--chosen");
    card.prepend(fill("part-rank", { rank: place }));
  }

  /** The numbers in the order in which the reader wants the list. */
  ordered({ order, shown }) {
    const { options } = this.data;
    const numbers = Object.keys(options);
    const byNumber = (a, b) => numbers.indexOf(a) - numbers.indexOf(b);
    if (shown === "number") return numbers;
    if (shown === "cost") return numbers.sort((a, b) => options[a][1] - options[b][1] || byNumber(a, b));
    if (shown === "area") return numbers.sort((a, b) => compare(options[a][3], options[b][3]) || byNumber(a, b));
    return order;
  }

  order({ draft, note }) {
    const step = fill("step-order", this.bar(draft, note));
    const count = draft.ranks.length;
    step.getElementById("ranks").append(...draft.ranks.map((number, index) => this.item(number, index + 1, count)));
    step.getElementById(count ? "nothing" : "ranks").remove();
    if (!count) step.getElementById("to-review").remove();
    return step;
  }

  item(number, place, count) {
    const item = this.plain("part-item", number, place);
    if (place === 1) item.getElementById(`up-${number}`).setAttribute("aria-disabled", "true");
    if (place === count) item.getElementById(`dn-${number}`).setAttribute("aria-disabled", "true");
    const select = item.querySelector("select");
    if (count > 2) {
      const option = (at) => new Option(at, at, at === place, at === place);
      select.replaceChildren(...Array.from({ length: count }, (_, index) => option(index + 1)));
    } else {
      item.querySelector("[data-ob-place]").remove();
    }
    return item;
  }

  /** A ranked option; without a line for cost and area that it does not have. */
  plain(id, number, place) {
    const item = fill(id, this.facts(number, place));
    for (const fact of item.querySelectorAll(".ob-card__meta > span")) if (!fact.textContent) fact.remove();
    for (const line of item.querySelectorAll(".ob-card__meta")) if (!line.children.length) line.remove();
    return item;
  }

  blank() {
    return fill("step-blank");
  }

  review({ draft, codeProblem }) {
    const left = this.data.texts.left[Object.keys(this.data.options).length - draft.ranks.length];
    const step = fill("step-review", { left });
    const list = step.getElementById("reviewed");
    list.append(...draft.ranks.map((number, index) => this.plain("part-reviewed", number, index + 1)));
    for (const id of draft.blank ? ["reviewed", "left"] : ["blank-vote"]) step.getElementById(id).remove();
    if (codeProblem) step.getElementById("code-part")?.replaceChildren(fill("part-code-wrong", { error: codeProblem }));
    return step;
  }

  send({ draft, phase, trouble }) {
    const heading = this.data.texts.titles[phase === "trouble" ? "trouble" : "send"];
    const step = fill("step-send", { heading, code: draft.sealed?.checkCode ?? "", trouble: this.troubleText(trouble) });
    const unwanted = {
      sealing: ["sealed", "sending", "trouble"], sending: ["sealing", "trouble"], trouble: ["sealing", "sending"],
    }[phase];
    for (const id of unwanted) step.getElementById(id).remove();
    if (phase !== "trouble") return step;
    if (!draft.sealed) step.getElementById("sealed").remove();
    const ways = { signed_out: "sign-in-again", stale: "load-again", refused: "", failed: "" };
    const way = ways[trouble.kind] ?? "send-again";
    for (const id of ["send-again", "sign-in-again", "load-again"]) if (id !== way) step.getElementById(id).remove();
    return step;
  }

  troubleText(trouble) {
    return trouble ? trouble.text || this.data.texts.troubles[trouble.kind] : "";
  }
}

/** The order that a link of the list asks for. */
export function orderOf(link) {
  return new URL(link.getAttribute("href"), location.href).searchParams.get("order");
}

function compare(a, b) {
  return a < b ? -1 : a > b ? 1 : 0;
}
