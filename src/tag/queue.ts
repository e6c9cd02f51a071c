/** An event that is not confirmed: its id, when it happened, and its JSON. */
type Waiting = [id: string, at: number, json: string];

/** A request has at most so many characters: browsers let requests of 64 KiB outlive their page. */
const batchMax = { events: 50, characters: 50_000 };
const waitingMax = 200;
/** An event is known by its id for 24 hours, so an older one could be stored twice. */
const keptMs = 23 * 3_600_000;
const delayMs = { first: 300, most: 60_000 };

/**
 * Events on their way to `url`. Each is kept, in the local storage as `name`, until a response confirms or refuses it, and is
 * sent again under the same id, also on a later page.
 */
export function createQueue(url: string, name: string) {
  let waiting: Waiting[] = [];
  const sending = new Set<string>();
  let isOpen = false;
  let isUnstored = true;
  let retryMs = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const isKept = ([, at]: Waiting) => at > Date.now() - keptMs;

  function stored(): Waiting[] {
    try {
      return (JSON.parse(localStorage[name] ?? '[]') as Waiting[]).filter(isKept); // own entry
    } catch {
      return []; // the browser has no storage for this page
    }
  }

  /** Other tabs of the site change the same list. */
  function change(added: Waiting[], removed: readonly Waiting[]): void {
    const ids = new Set(removed.map(([id]) => id));
    waiting = [...waiting, ...added].filter(([id]) => !ids.has(id)).slice(-waitingMax);
    if (isUnstored) return;
    const all = [...stored(), ...added].filter(([id]) => !ids.has(id)).slice(-waitingMax);
    try {
      if (all.length > 0) localStorage[name] = JSON.stringify(all);
      else localStorage.removeItem(name);
    } catch {
      // It stays in memory.
    }
  }

  function flushIn(ms: number): void {
    if (timer !== undefined) return;
    timer = setTimeout(() => {
      timer = undefined;
      flush();
    }, ms);
  }

  function flush(): void {
    if (!isOpen) return;
    // A page can be open for days, without a network.
    waiting = waiting.filter(isKept);
    let characters = 0;
    const batch = waiting
      .filter(([id]) => !sending.has(id))
      .slice(0, batchMax.events)
      .filter(([, , json], at) => {
        characters += json.length;
        return at === 0 || characters <= batchMax.characters;
      });
    if (batch.length === 0) return;
    for (const [id] of batch) sending.add(id);
    const body = `{"sentAt":"${new Date().toISOString()}","batch":[${batch.map(([, , json]) => json)}]}`;
    const keepalive = characters <= batchMax.characters;
    // Without `keepalive`, a request ends with its page.
    if (document.visibilityState === 'hidden' && !('keepalive' in Request.prototype)) {
      navigator.sendBeacon(url, body);
    }
    const failed = (afterMs: number) => {
      retryMs = Math.min(Math.max(retryMs * 2, 1_000), delayMs.most);
      flushIn(Math.max(retryMs, afterMs));
    };
    fetch(url, { method: 'POST', body, keepalive, credentials: 'omit' })
      .then(
        ({ status, headers }) => {
          if (status === 429 || status >= 500) return failed(Number(headers.get('retry-after')) * 1_000);
          if (status >= 400) console.error(`Millrace refused events: ${status}`);
          change([], batch);
          retryMs = 0;
          flushIn(0);
        },
        () => failed(0),
      )
      .finally(() => {
        for (const [id] of batch) sending.delete(id);
      });
  }

  addEventListener('online', flush);
  addEventListener('pagehide', flush);
  document.addEventListener('visibilitychange', flush);

  return {
    /** Sends from now on, beginning with what earlier pages left. `unstored`: nothing is kept in the local storage. */
    open(unstored: boolean): void {
      if (isOpen) return;
      isOpen = true;
      isUnstored = unstored;
      if (!unstored) waiting = stored();
      flushIn(delayMs.first);
    },
    /** Sends nothing from now on, and removes all events. */
    close(): void {
      isOpen = false;
      isUnstored = false;
      change([], [...waiting, ...stored()]);
    },
    add(id: string, json: string): void {
      change([[id, Date.now(), json]], []);
      if (retryMs === 0) flushIn(delayMs.first);
    },
  };
}
