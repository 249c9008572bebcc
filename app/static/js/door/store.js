// What a tablet keeps of a door: the list, and the lines that were noted and not sent yet. In IndexedDB, so that
// a reload, a crash or an empty battery loses nothing. A line and its number are written in one transaction:
// two tabs never give one number twice.

const NAME = "obste-door";

/** @returns {Promise<Store>} of the door with this id */
export async function openStore(door) {
  const database = await new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("doors", { keyPath: "door" });
      asked.result.createObjectStore("lines", { autoIncrement: true, keyPath: "id" }).createIndex("door", "door");
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  return new Store(database, door);
}

class Store {
  constructor(database, door) {
    this.database = database;
    this.door = door;
  }

  /** Everything that is known: {list, lastAt, device, sequence}, and the lines not sent, in their order. */
  async read() {
    return this.#within("readonly", async (doors, lines) => ({
      ...((await done(doors.get(this.door))) ?? {}),
      lines: await done(lines.index("door").getAll(this.door)),
    }));
  }

  /** Write down a line. `make(state)` gives {kind, group, people, children, name, replaces}. */
  async note(make) {
    return this.#within("readwrite", async (doors, lines) => {
      const state = (await done(doors.get(this.door))) ?? { door: this.door };
      const earlier = await done(lines.index("door").getAll(this.door));
      const line = make({ ...state, lines: earlier });
      if (!line) return null;
      state.device ??= crypto.randomUUID();
      state.sequence = (state.sequence ?? 0) + 1;
      const written = { ...line, door: this.door, device: state.device, sequence: state.sequence, at: new Date().toISOString() };
      await done(doors.put(state));
      await done(lines.add(written));
      return written;
    });
  }

  /** Keep a list that the server gave, and take away the lines that it has. */
  async receive(list, answers = [], device = "") {
    return this.#within("readwrite", async (doors, lines) => {
      const state = (await done(doors.get(this.door))) ?? { door: this.door };
      await done(doors.put({ ...state, list, lastAt: list.last_at }));
      const problems = new Map(answers.map(({ sequence, problem }) => [sequence, problem]));
      for (const line of await done(lines.index("door").getAll(this.door))) {
        if (line.device !== device || !problems.has(line.sequence)) continue;
        const problem = problems.get(line.sequence);
        if (problem) await done(lines.put({ ...line, problem }));
        else await done(lines.delete(line.id));
      }
    });
  }

  /** Another device has our number: what is not sent yet is said under a new one, and nothing is lost. */
  async renumber() {
    return this.#within("readwrite", async (doors, lines) => {
      const state = await done(doors.get(this.door));
      state.device = crypto.randomUUID();
      state.sequence = 0;
      const renamed = new Map();
      for (const line of await done(lines.index("door").getAll(this.door))) {
        if (line.problem && line.problem !== "taken") continue;
        const before = `${line.device}.${line.sequence}`;
        state.sequence += 1;
        const after = { ...line, device: state.device, sequence: state.sequence, problem: "" };
        after.replaces = line.replaces.map((ref) => renamed.get(ref) ?? ref);
        renamed.set(before, `${after.device}.${after.sequence}`);
        await done(lines.put(after));
      }
      await done(doors.put(state));
    });
  }

  /** Delete everything of this door; `lines`: also what was never sent. */
  async forget({ lines: withLines }) {
    return this.#within("readwrite", async (doors, lines) => {
      await done(doors.delete(this.door));
      if (!withLines) return;
      for (const key of await done(lines.index("door").getAllKeys(this.door))) await done(lines.delete(key));
    });
  }

  /** Delete every list whose time is over, of any door on this tablet; what was not sent stays. */
  async forgetOld(now) {
    return this.#within("readwrite", async (doors) => {
      for (const state of await done(doors.getAll())) {
        if (state.lastAt && new Date(state.lastAt) < now) await done(doors.delete(state.door));
      }
    });
  }

  async #within(mode, work) {
    const transaction = this.database.transaction(["doors", "lines"], mode, { durability: "strict" });
    const finished = new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = transaction.onerror = () => reject(transaction.error ?? new Error("aborted"));
    });
    const result = await work(transaction.objectStore("doors"), transaction.objectStore("lines"));
    await finished;
    return result;
  }
}

function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
