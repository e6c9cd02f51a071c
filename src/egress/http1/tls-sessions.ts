/** A TLS session that a later handshake may resume, without the certificate being sent and verified again. */
export interface TlsSession {
  readonly bytes: Buffer;
  /** As tickets of TLS 1.3 are, so that observers can't tell that two connections are of one client (RFC 8446 C.4). */
  readonly isSingleUse: boolean;
  /** Until when the verification of the peer's certificate counts; monotonic milliseconds. */
  readonly until: number;
}

/** The sessions of one origin, with one set of TLS options, through one proxy or none. */
export interface OriginSessions {
  /** Until when the verification of a certificate counts that expires at `validTo`. */
  until(validTo: Date): number;
  /** Whether `take` returns one. */
  has(): boolean;
  /** The latest that may be resumed. */
  take(): TlsSession | null;
  put(session: TlsSession): void;
  /** Forgets all: one was refused. */
  forget(): void;
}

/**
 * Keeps TLS sessions beyond the connections that they come from. The longest unused origin loses its oldest ones when they
 * take too much memory.
 */
export class TlsSessions {
  readonly #now: () => number;
  /** The origin that was used last is the last one. */
  readonly #origins = new Map<string, TlsSession[]>();
  #bytes = 0;

  /** @param now monotonic milliseconds */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** @param key differs between everything that may not share a session: names, TLS options, proxies */
  of(key: string): OriginSessions {
    return {
      until: (validTo) => this.#now() + Math.min(VERIFIED_MS, validTo.getTime() - Date.now()),
      has: () => this.#latest(key) !== null,
      take: () => {
        const session = this.#latest(key);
        if (session?.isSingleUse === true) this.#drop(key, (sessions) => sessions.pop());
        return session;
      },
      put: (session) => this.#put(key, session),
      forget: () => {
        while (this.#drop(key, (sessions) => sessions.pop()));
      },
    };
  }

  /** Forgets sessions of the origin that are no longer valid. */
  #latest(key: string): TlsSession | null {
    for (
      let session = this.#origins.get(key)?.at(-1);
      session !== undefined;
      session = this.#origins.get(key)?.at(-1)
    ) {
      if (this.#now() < session.until) return session;
      this.#drop(key, (sessions) => sessions.pop());
    }
    return null;
  }

  #put(key: string, session: TlsSession): void {
    const sessions = this.#origins.get(key) ?? [];
    const most = session.isSingleUse ? sessionsMax : 1;
    while (sessions.length >= most) this.#drop(key, () => sessions.shift());
    sessions.push(session);
    this.#origins.delete(key);
    this.#origins.set(key, sessions);
    this.#bytes += session.bytes.length;
    for (const [oldest] of this.#origins) {
      if (this.#bytes <= bytesMax) return;
      while (this.#bytes > bytesMax && this.#drop(oldest, (those) => those.shift()));
    }
  }

  /** Returns whether one was dropped. */
  #drop(key: string, from: (sessions: TlsSession[]) => TlsSession | undefined): boolean {
    const sessions = this.#origins.get(key) ?? [];
    const session = from(sessions);
    this.#bytes -= session?.bytes.length ?? 0;
    if (sessions.length === 0) this.#origins.delete(key);
    return session !== undefined;
  }
}

/** The certificate of a peer is verified again after this time, although its sessions could be resumed for longer. */
const VERIFIED_MS = 3_600_000;
/** Of one origin: more connections at once than that begin with a whole handshake. */
const sessionsMax = 512;
/** Of all origins together: some thousands of sessions. */
const bytesMax = 8 * 1024 * 1024;
