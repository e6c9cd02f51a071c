import type { Token } from './token-life.ts';

/** Sealed texts by connection. `all` is the content at the start. */
interface SealedTexts {
  readonly all: ReadonlyMap<string, string>;
  /** What is stored now; one that can't be opened is reported, and is missing. */
  list(failed: (error: unknown) => void): Promise<ReadonlyMap<string, string>>;
  /** Durable when it resolves; null removes the text. */
  save(name: string, text: string | null): Promise<void>;
}

/**
 * The access tokens that connections were given, sealed, so that the next process, or the next owner of a connection, does not
 * request another one. A token belongs to the credentials that it was requested with; others don't find it. Writes are
 * not awaited: a failure is reported, and costs a token request later.
 */
export interface KeptTokens {
  /** null: none is stored for these credentials. One of other credentials is removed. */
  of(connectionId: string, credentials: string): Token | null;
  keep(connectionId: string, credentials: string, token: Token): void;
  forget(connectionId: string): void;
  /** Forgets that of a connection that is gone, whichever node has stored it. Durable when it resolves. */
  purge(connectionId: string): Promise<void>;
  /** Reads what other nodes have stored. */
  read(): Promise<void>;
}

type Kept = { credentials: string; token: Token };

export function createKeptTokens(sealed: SealedTexts, failed: (error: unknown) => void): KeptTokens {
  const keptOf = (texts: ReadonlyMap<string, string>) =>
    new Map(Array.from(texts, ([id, text]) => [id, JSON.parse(text) as Kept])); // saved below
  let known = keptOf(sealed.all);

  function forget(connectionId: string) {
    if (known.delete(connectionId)) sealed.save(connectionId, null).catch(failed);
  }

  return {
    of(connectionId, credentials) {
      const kept = known.get(connectionId);
      if (kept?.credentials === credentials) return kept.token;
      forget(connectionId);
      return null;
    },
    keep(connectionId, credentials, token) {
      const kept = { credentials, token };
      known.set(connectionId, kept);
      sealed.save(connectionId, JSON.stringify(kept)).catch(failed);
    },
    forget,
    async purge(connectionId) {
      known.delete(connectionId);
      await sealed.save(connectionId, null);
    },
    async read() {
      known = keptOf(await sealed.list(failed));
    },
  };
}
