import { Secret } from '../../contract/secret.ts';
import { fingerprint } from '../fingerprint.ts';
import { type Oauth2, tokenFieldsOf } from './client-auth.ts';

/** Where refresh tokens are kept: a text for each connection, sealed, as it was at the start and from then on. */
interface KeptTexts {
  readonly all: ReadonlyMap<string, string>;
  /** Durable when it resolves; null: forgotten. */
  save(name: string, text: string | null): Promise<void>;
}

/**
 * The refresh tokens that token endpoints brought, by connection. One belongs to the credentials that it was got with:
 * other ones don't find it. Those of connections that are not saved yet are known by their credentials, in memory.
 */
export interface RefreshTokens {
  /** The newest one; null: none was brought. */
  get(connectionId: string | null, auth: Oauth2): string | null;
  /** Durable when it resolves; a storage that fails is told and the token used all the same. null: forgotten. */
  put(connectionId: string | null, auth: Oauth2, token: string | null): Promise<void>;
  forget(connectionId: string): Promise<void>;
  /** One after the other for a connection: a refresh token that is used twice at once may be taken for stolen. */
  inTurn<T>(connectionId: string | null, auth: Oauth2, work: () => Promise<T>): Promise<T>;
  values(): Iterable<Secret>;
}

const unsavedMost = 100;

export function createRefreshTokens(
  kept: KeptTexts,
  { failed, changed }: { failed(error: unknown): void; changed(): void },
): RefreshTokens {
  const known = new Map([...kept.all].map(([id, text]) => [id, readKept(text)]));
  const unsaved = new Map<string, string>();
  const turns = new Map<string, Promise<unknown>>();

  return {
    get(connectionId, auth) {
      const own = connectionId === null ? undefined : known.get(connectionId);
      const bond = bondOf(auth);
      return own?.bond === bond ? own.token : (unsaved.get(bond) ?? null);
    },
    async put(connectionId, auth, token) {
      const bond = bondOf(auth);
      unsaved.delete(bond);
      if (connectionId === null) {
        if (token !== null) unsaved.set(bond, token);
        if (unsaved.size > unsavedMost) unsaved.delete(unsaved.keys().next().value ?? '');
        return;
      }
      if (token === null && !known.has(connectionId)) return;
      if (token === null) known.delete(connectionId);
      else known.set(connectionId, { bond, token });
      changed();
      await kept.save(connectionId, token === null ? null : JSON.stringify({ bond, token })).catch(failed);
    },
    async forget(connectionId) {
      if (known.delete(connectionId)) await kept.save(connectionId, null).catch(failed);
    },
    inTurn(connectionId, auth, work) {
      const key = connectionId ?? bondOf(auth);
      const before = turns.get(key) ?? Promise.resolve();
      const mine = before.then(work, work);
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

type Kept = { bond: string; token: string };

function readKept(text: string): Kept {
  return JSON.parse(text) as Kept; // written above
}

/** Whether answers to these credentials are asked for refresh tokens: others can always be presented again. */
export function usesRefreshTokens(auth: Oauth2): boolean {
  return auth.grant !== 'client_credentials' && tokenFieldsOf(auth).refreshToken !== null;
}

const bonds = new WeakMap<Oauth2, string>();

/**
 * What a refresh token belongs to: who got it where, and the credential that it stands for. Neither the client's secret
 * nor how requests look: with other ones it is still good.
 */
function bondOf(auth: Oauth2): string {
  const before = bonds.get(auth);
  if (before !== undefined) return before;
  const { grant, accessTokenUrl, clientId, scope } = auth;
  const bond = fingerprint({ grant, accessTokenUrl, clientId, own: ownOf(auth, scope) });
  bonds.set(auth, bond);
  return bond;
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
