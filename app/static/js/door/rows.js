// Who is expected and who is here, by the server's list and the lines that it does not have yet. The rules are
// those of consultations/rules/door.py: a line replaces what was in force on this tablet.

/** The rows of a state of store.js, by name. `waits`: a line of it is not sent yet. */
export function rowsOf({ list, lines }) {
  const rows = new Map((list?.rows ?? []).map((row) => [row.key, { ...row, waits: false }]));
  for (const line of lines) {
    if (line.problem) continue;
    const row = rows.get(line.group) ?? newWalkIn(line);
    const span = (number) => ({ least: number, most: number });
    rows.set(line.group, {
      ...row,
      here: span(line.people),
      children_here: span(line.children),
      seen: [`${line.device}.${line.sequence}`],
      waits: true,
    });
  }
  return [...rows.values()].sort((one, other) => fold(one.name).localeCompare(fold(other.name)) || (one.key < other.key ? -1 : 1));
}

function newWalkIn({ group, name }) {
  return { key: group, name, places: 0, children: 0, state: "", asks: false, code: "" };
}

/** How many are here: {people, registered, walkIns}, each {least, most}. */
export function addUp(rows) {
  const sum = (some) => some.reduce(({ least, most }, { here }) => ({ least: least + here.least, most: most + here.most }), { least: 0, most: 0 });
  return {
    people: sum(rows),
    registered: sum(rows.filter((row) => row.state)),
    walkIns: sum(rows.filter((row) => !row.state)),
  };
}

export const showSpan = ({ least, most }) => (least === most ? `${least}` : `${least}–${most}`);

/** Lower case without diacritics, as app/kit/text.py folds. */
export const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

const wordsOf = (text) => fold(text).replaceAll("-", " ").split(/\s+/).filter(Boolean);

/** The name as it is compared: its words in any order. */
export const nameKey = (name) => wordsOf(name).sort().join(" ");

/** Whether every word that was typed begins a word of the name. */
export function isLike(name, wanted) {
  const parts = wordsOf(name);
  return wordsOf(wanted).every((word) => parts.some((part) => part.startsWith(word)));
}

/** The hash of a ticket's code, typed or scanned (then it ends an address), as consultations/pages/door.py makes it. */
export async function hashCode(typed) {
  const end = typed.trim().replace(/\/+$/, "").split("/").pop().split(/[?#]/)[0];
  const code = end.toUpperCase().replaceAll("O", "0").replace(/[IL]/g, "1").replace(/[^0-9A-HJKMNP-TV-Z]/g, "");
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`obste-ticket:${code}`));
  return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("").slice(0, 20);
}
