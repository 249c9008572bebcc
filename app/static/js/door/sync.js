// Sends what a tablet noted, and fetches the list. What was sent stays on the tablet until the server says that
// it has it; sent twice, it is the same.

const TOGETHER = 40; // lines: what fits into one form
const LONGEST_WAIT = 20_000; // ms

/**
 * Returns how it went: "sent", "lost" (no network), "signed_out", "closed" (the door is, or the role is gone),
 * or "broken".
 */
export async function sync(store, addresses) {
  try {
    let answer = await ask(addresses.list);
    if (answer.state !== "sent") return answer.state;
    await store.receive(answer.data);
    for (let turn = 0; turn < 1000; turn += 1) {
      const { lines, list } = await store.read();
      const waiting = lines.filter((line) => !line.problem);
      if (waiting.length === 0) return list.problem ? "closed" : "sent";
      if (list.problem) return "closed";
      const { device } = waiting[0];
      const some = waiting.filter((line) => line.device === device).slice(0, TOGETHER);
      answer = await ask(addresses.events, batchOf(device, some), list.token);
      if (answer.state !== "sent") return answer.state;
      await store.receive(answer.data.list, answer.data.kept, device);
      if (answer.data.kept.some(({ problem }) => problem === "taken")) await store.renumber();
    }
    return "broken";
  } catch (error) {
    if (error instanceof TypeError || error.name === "AbortError") return "lost"; // fetch found no network
    throw error;
  }
}

function batchOf(device, lines) {
  const events = lines.map(({ sequence, kind, group, people, children, name, replaces, at }) => ({
    sequence, kind, group, people, children, name, replaces, at,
  }));
  return new URLSearchParams({ batch: JSON.stringify({ device, sent_at: new Date().toISOString(), events }) });
}

async function ask(address, body, token) {
  const stop = new AbortController();
  const clock = setTimeout(() => stop.abort(), LONGEST_WAIT);
  try {
    const answer = await fetch(address, {
      method: body ? "POST" : "GET",
      headers: body ? { "X-CSRF-Token": token } : {},
      body,
      redirect: "manual",
      cache: "no-store",
      signal: stop.signal,
    });
    if (answer.type === "opaqueredirect" || answer.status === 401) return { state: "signed_out" };
    if (answer.status === 403) return { state: "closed" };
    if (!answer.ok) return { state: "broken" };
    return { state: "sent", data: await answer.json() };
  } finally {
    clearTimeout(clock);
  }
}
