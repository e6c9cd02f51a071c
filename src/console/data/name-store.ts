/** What is known of things by their ids. A thing that is not there, or hidden, is null; undefined: it is being asked for. */
export type NameStore<Named> = {
  /** Reads what is known, and asks for what is not, or not lately. May be called while a component renders. */
  get: (id: string) => Named | null | undefined;
  subscribe: (listener: () => void) => () => void;
  /** Another number after each answer. */
  version: () => number;
  /** Everything may have changed: what is read is asked for again, and shown as it was until then. */
  expire: () => void;
  clear: () => void;
};

type Options<Named> = {
  /** Asks for at most `idsMax` things at once. Fails when the server can't be asked. */
  load: (ids: readonly string[]) => Promise<readonly Named[]>;
  idsMax: number;
  now: () => number;
  /** How long an answer is taken as fresh. */
  freshMs: number;
  /** Runs something in a moment: what is known, but not fresh, can wait for what else is wanted then. */
  later: (run: () => void) => void;
};

/** Things that are remembered at most. */
const knownMax = 10_000;

/**
 * Collects the ids that the components of a page read while they render, and asks for all of them in one request: a list
 * shows the names in its rows without reading everything of a kind.
 */
export function nameStore<Named extends { id: string }>(options: Options<Named>): NameStore<Named> {
  const { load, idsMax, now, freshMs, later } = options;
  const known = new Map<string, { named: Named | null; until: number }>();
  const wanted = new Set<string>();
  const asked = new Set<string>();
  const listeners = new Set<() => void>();
  let version = 0;
  let session = 0;
  let isPlanned = false;
  let isPlannedLater = false;

  function tell() {
    version++;
    for (const listener of listeners) listener();
  }

  function want(id: string, canWait: boolean) {
    if (asked.has(id)) return;
    wanted.add(id);
    if (isPlanned || (canWait && isPlannedLater)) return;
    if (canWait) {
      isPlannedLater = true;
      later(askWanted);
    } else {
      isPlanned = true;
      queueMicrotask(askWanted);
    }
  }

  function askWanted() {
    isPlanned = false;
    isPlannedLater = false;
    const ids = [...wanted];
    wanted.clear();
    for (let at = 0; at < ids.length; at += idsMax) void ask(ids.slice(at, at + idsMax));
  }

  async function ask(ids: readonly string[]) {
    const of = session;
    for (const id of ids) asked.add(id);
    const found = await load(ids).catch(() => null);
    if (of !== session) return;
    for (const id of ids) asked.delete(id);
    // A failure is tried again when a component reads next; until then nothing is said of these.
    if (found === null) return;
    if (known.size > knownMax) known.clear();
    const until = now() + freshMs;
    for (const id of ids) known.set(id, { named: null, until });
    for (const named of found) known.set(named.id, { named, until });
    tell();
  }

  return {
    get(id) {
      const entry = known.get(id);
      if (entry === undefined || entry.until <= now()) want(id, entry !== undefined && entry.until > 0);
      return entry?.named;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    version: () => version,
    expire() {
      for (const entry of known.values()) entry.until = 0;
      // An answer on its way may be from before the change.
      session++;
      asked.clear();
      tell();
    },
    clear() {
      known.clear();
      session++;
      asked.clear();
      tell();
    },
  };
}
