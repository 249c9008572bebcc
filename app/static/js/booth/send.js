// Sends a sealed ballot, and reads what the site says to it. What is sent is the ballot and nothing else.

const LONGEST_WAIT = 30_000; // ms

/**
 * The answer: {receipt} an element to be shown; {refused: {text, field}}; or {trouble} one of
 * - lost: no answer; the ballot may have arrived, and sending the same one again is safe
 * - signed_out, stale: the session has ended, or the page is of an older one
 * - broken: the site cannot take it now
 */
export async function send(address, ballot, token) {
  let answer;
  try {
    answer = await post(address, ballot, token);
  } catch {
    return { trouble: "lost" };
  }
  const page = new DOMParser().parseFromString(answer.text, "text/html");
  const receipt = page.getElementById("sealed_receipt");
  if (answer.status === 200 && receipt) return { receipt: document.adoptNode(receipt) };
  const refused = page.getElementById("refused");
  if (refused) return { refused: { text: refused.textContent, field: refused.dataset.obField } };
  if (answer.status === 401) return { trouble: "signed_out" };
  return { trouble: answer.status === 403 ? "stale" : "broken" };
}

async function post(address, ballot, token) {
  const stop = new AbortController();
  const clock = setTimeout(() => stop.abort(), LONGEST_WAIT);
  try {
    const answer = await fetch(address, {
      method: "POST",
      headers: { "HX-Request": "true", "X-CSRF-Token": token },
      body: new URLSearchParams({ ballot }),
      signal: stop.signal,
    });
    return { status: answer.status, text: await answer.text() };
  } finally {
    clearTimeout(clock);
  }
}

/** Whether the receipt is that of the ballot which this device sealed. */
export function isOurs(receipt, sealed) {
  const said = (id) => receipt.querySelector(`#${id}`)?.textContent.trim();
  return said("receipt-code") === sealed.checkCode && said("tracker") === sealed.tracker;
}
