import { Secret } from '../../contract/secret.ts';
import { fingerprint } from '../fingerprint.ts';
import { type Oauth2, tokenFieldsOf } from './client-auth.ts';

/** Sealed texts by connection. `all` is the content at the start. */
interface SealedTexts {
  readonly all: ReadonlyMap<string, string>;
  /** What is stored now; null: nothing. */
  load(name: string): Promise<string | null>;
  /** Durable when it resolves; null removes the text. */
  save(name: string, text: string | null): Promise<void>;
}

/**
 * The refresh tokens that token endpoints issued, by connection. A refresh token belongs to the credentials it was
 * issued for; other credentials don't find it. Tokens of unsaved connections are kept by their credentials, in
 * memory.
 */
export interface RefreshTokens {
  /** The newest one; null: none was issued. */
  get(connectionId: string | null, auth: Oauth2): string | null;
  /** The same, read from the storage: another node may have stored one. undefined: it can't be read. */
  newest(connectionId: string | null, auth: Oauth2): Promise<string | null | undefined>;
  /**
   * Durable when it resolves; a storage failure is logged, and the token is used all the same. null removes the
   * token.
   */
  put(connectionId: string | null, auth: Oauth2, token: string | null): Promise<void>;
  forget(connectionId: string): Promise<void>;
  /**
   * Runs one at a time per connection of this process: an endpoint may treat concurrent uses of a refresh token as theft. Reads first what
   * another node, whose connection it was, has stored.
   */
  inTurn<T>(connectionId: string | null, auth: Oauth2, work: () => Promise<T>): Promise<T>;
  values(): Iterable<Secret>;
}

const unsavedMax = 100;

export function createRefreshTokens(
  kept: SealedTexts,
  { failed, changed }: { failed(error: unknown): void; changed(): void },
): RefreshTokens {
  const known = new Map([...kept.all].map(([id, text]) => [id, readKept(text)]));
  const unsaved = new Map<string, string>();
  const turns = new Map<string, Promise<unknown>>();
  /** Connections whose newest token could not be stored. */
  const unstored = new Set<string>();

  async function store(connectionId: string, text: string | null) {
    try {
      await kept.save(connectionId, text);
      unstored.delete(connectionId);
    } catch (error) {
      unstored.add(connectionId);
      failed(error);
    }
  }

  /** false: the storage can't be read. */
  async function refresh(connectionId: string): Promise<boolean> {
    if (unstored.has(connectionId)) return true;
    try {
      const text = await kept.load(connectionId);
      const before = known.get(connectionId)?.token;
      if (text === null) known.delete(connectionId);
      else known.set(connectionId, readKept(text));
      if (known.get(connectionId)?.token !== before) changed();
      return true;
    } catch (error) {
      failed(error);
      return false;
    }
  }

  function get(connectionId: string | null, auth: Oauth2): string | null {
    const own = connectionId === null ? undefined : known.get(connectionId);
    const credentialKey = credentialFingerprint(auth);
    return own?.credentialKey === credentialKey ? own.token : (unsaved.get(credentialKey) ?? null);
  }

  return {
    get,
    async newest(connectionId, auth) {
      const isRead = connectionId === null || (await refresh(connectionId));
      return isRead ? get(connectionId, auth) : undefined;
    },
    async put(connectionId, auth, token) {
      const credentialKey = credentialFingerprint(auth);
      unsaved.delete(credentialKey);
      if (connectionId === null) {
        if (token !== null) unsaved.set(credentialKey, token);
        if (unsaved.size > unsavedMax) unsaved.delete(unsaved.keys().next().value ?? '');
        return;
      }
      if (token === null && !known.has(connectionId)) return;
      if (token === null) known.delete(connectionId);
      else known.set(connectionId, { credentialKey, token });
      changed();
      await store(connectionId, token === null ? null : JSON.stringify({ credentialKey, token }));
    },
    async forget(connectionId) {
      await refresh(connectionId);
      if (known.delete(connectionId)) await store(connectionId, null);
    },
    inTurn(connectionId, auth, work) {
      const key = connectionId ?? credentialFingerprint(auth);
      const before = turns.get(key) ?? Promise.resolve();
      const read = async () => {
        if (connectionId !== null) await refresh(connectionId);
        return work();
      };
      const mine = before.then(read, read);
      turns.set(key, mine);
      const ended = () => {
        if (turns.get(key) === mine) turns.delete(key);
      };
      mine.then(ended, ended);
      return mine;
    },
    *values() {
      for (const { token } of known.values()) yield new Secret(token, '');
    },
  };
}

type Kept = { credentialKey: string; token: string };

function readKept(text: string): Kept {
  return JSON.parse(text) as Kept; // written above
}

/** Whether refresh tokens of responses are used: some grants can be presented again at any time. */
export function usesRefreshTokens(auth: Oauth2): boolean {
  return auth.grant !== 'client_credentials' && tokenFieldsOf(auth).refreshToken !== null;
}

const credentialKeys = new WeakMap<Oauth2, string>();

/**
 * The identity of a refresh token: client, endpoint and the credential that it stands for. The client's secret and
 * the request format are not included, since changing them leaves the token valid.
 */
function credentialFingerprint(auth: Oauth2): string {
  const before = credentialKeys.get(auth);
  if (before !== undefined) return before;
  const { grant, accessTokenUrl, clientId, scope } = auth;
  const credentialKey = fingerprint({ grant, accessTokenUrl, clientId, own: ownOf(auth, scope) });
  credentialKeys.set(auth, credentialKey);
  return credentialKey;
}

function ownOf(auth: Oauth2, scope: string): object {
  switch (auth.grant) {
    case 'client_credentials':
      return {};
    case 'password':
      return { scope, username: auth.username, password: auth.password };
    case 'jwt':
      return { scope, jwt: auth.jwt, assertion: auth.assertion };
    case 'refresh_token':
      return { refreshToken: auth.refreshToken };
  }
}
