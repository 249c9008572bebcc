// The page's side of the booth: starts a worker that seals one ballot, and ends it when it is done.
//
//   const { seal } = await import(addressOfThisFile);
//   const { ballot, tracker, checkCode } = await seal(electionText, typedCode, ranks, showProgress);
//
// A page takes the addresses of both files from its template, with `static(...)`, so that they change when the
// files do: data-ob-seal="{{ static('js/booth/seal.js') }}" data-ob-worker="{{ static('js/booth/sealing.js') }}".
// Nothing is stored, nothing is sent. The ballot is posted by the page, byte for byte as it is given.

/**
 * Nothing was sealed. `reason` is a word that stands for a text:
 * - browser_unable: no BigInt, no worker or no WebCrypto (which also needs https); sealing_failed: a fault
 * - code_malformed: the private code is mistyped (a code that is none of this election's is the server's to refuse)
 * - ranks_count, ranks_range, ranks_repeated, ranks_gap: no ranking (`facts.option`, from 1; `facts.rank`)
 * - json_malformed, json_not_canonical, election_version, election_group, election_uuid, election_questions,
 *   election_key: the election's text is not one that this booth can trust
 */
export class SealingRefused extends Error {
  constructor(reason, facts = {}) {
    super(reason);
    this.name = "SealingRefused";
    this.reason = reason;
    this.facts = facts;
  }
}

/** Whether this browser can seal at all. */
export function canSeal() {
  return typeof BigInt === "function" && typeof Worker === "function" && Boolean(globalThis.crypto?.subtle);
}

/**
 * Seal one ballot.
 * - election: the text of the election's public JSON, exactly as published
 * - credential: the private code, as typed
 * - ranks: one whole number an option, in the election's order: 1 for the first choice, 0 for not ranked
 * - onProgress(fraction): from 0 to 1, several times
 * - worker: the address of sealing.js; signal: an AbortSignal that stops the work
 *
 * Resolves to {ballot, tracker, checkCode}: the text to send, its hash for programs, the 12 characters for people.
 * Rejects with SealingRefused, or with the signal's reason.
 */
export function seal(election, credential, ranks, onProgress = () => {}, { worker: address, signal } = {}) {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) throw signal.reason;
    if (!canSeal()) throw new SealingRefused("browser_unable");
    const worker = new Worker(address ?? new URL("sealing.js", import.meta.url));
    const end = (settle, value) => {
      worker.terminate(); // with it goes everything that was secret
      signal?.removeEventListener("abort", stop);
      settle(value);
    };
    const stop = () => end(reject, signal.reason);
    signal?.addEventListener("abort", stop);
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      end(reject, new SealingRefused("sealing_failed", { problem: event.message ?? "" }));
    });
    worker.addEventListener("message", ({ data }) => {
      if (data.sealed) end(resolve, data.sealed);
      else if (data.refused) end(reject, new SealingRefused(data.refused.reason, data.refused.facts));
      else onProgress(data.progress);
    });
    worker.postMessage({ election, credential, ranks });
  });
}
