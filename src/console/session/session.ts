import { type Client, createClient } from '../../client/client.ts';
import type { shell } from '../messages/en.ts';

const key = 'millrace.token';
/** Set while there is a session; scripts can't read its cookie. */
const sessionKey = 'millrace.session';
const endKey = 'millrace.session-end';
const listeners = new Set<() => void>();

/** Why the last sign-in ended. */
type SignInEnd = keyof typeof shell.signIn.ends;

/** The API token of this browser tab, which the browser forgets when the tab closes; null: none. */
export function tokenOf(): string | null {
  return sessionStorage.getItem(key);
}

/** Whether this browser has a token or a session. The server may have ended it. */
export function isSignedIn(): boolean {
  return tokenOf() !== null || localStorage.getItem(sessionKey) !== null;
}

/** Signs in with a token. */
export function setToken(token: string): void {
  sessionStorage.setItem(key, token);
  sessionStorage.removeItem(endKey);
  tell();
}

/** Records that the server opened a session for this browser, for all tabs. */
export function openedSession(): void {
  sessionStorage.removeItem(key);
  sessionStorage.removeItem(endKey);
  localStorage.removeItem(endKey);
  localStorage.setItem(sessionKey, 'open');
  tell();
}

/** Forgets the token or session. `reason`: why the server no longer accepts it; null: the user signed out. */
export function forget(reason: string | null): void {
  if (!isSignedIn()) return;
  const hasToken = tokenOf() !== null;
  const store = hasToken ? sessionStorage : localStorage;
  // Other tabs read it when the session is gone.
  if (reason !== null) store.setItem(endKey, hasToken ? `token_${reason}` : reason);
  store.removeItem(hasToken ? key : sessionKey);
  tell();
}

/** Why the last sign-in of this tab or browser ended, until the next one; null: the user signed out, or never signed in. */
export function sessionEnd(ends: Readonly<Record<SignInEnd, string>>): SignInEnd | null {
  const reason = sessionStorage.getItem(endKey) ?? localStorage.getItem(endKey);
  if (reason === null) return null;
  return reason in ends ? (reason as SignInEnd) : 'other'; // just looked up
}

/** Signs out, on the server too when there is a session. */
export async function signOut(): Promise<void> {
  const hadToken = tokenOf() !== null;
  try {
    if (!hadToken) await client().call('signOut');
  } finally {
    forget(null);
  }
}

function tell(): void {
  for (const listener of listeners) listener();
}

// Another tab opened or ended the session.
addEventListener('storage', (event) => {
  if (event.key === sessionKey) tell();
});

/**
 * A sign-in link carries the token after `#`, which is not sent to servers. It is removed from the address and history
 * at once.
 */
export function takeTokenFromAddress(): void {
  const token = new URLSearchParams(location.hash.slice(1)).get('token');
  if (token === null) return;
  history.replaceState(null, '', `${location.pathname}${location.search}`);
  if (token !== '') setToken(token);
}

/** The API, called with the present credentials or with the given token. */
export function client(token: string | null = tokenOf()): Client {
  return createClient({ url: location.origin, token });
}

/** Calls `listener` at each sign-in and sign-out, until the returned function is called. */
export function watchSession(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
