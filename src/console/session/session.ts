import { type Client, createClient } from '../../client/client.ts';

const key = 'millrace.token';
/** Says that a session was opened: its cookie can't be read here. */
const sessionKey = 'millrace.session';
const listeners = new Set<() => void>();

/** The API token of this browser tab; null when nobody is signed in. It is gone when the tab is closed. */
export function tokenOf(): string | null {
  return sessionStorage.getItem(key);
}

/** Whether somebody is signed in, by a token or by a session. The server may know better. */
export function isSignedIn(): boolean {
  return tokenOf() !== null || localStorage.getItem(sessionKey) !== null;
}

/** Signs in with a token. */
export function setToken(token: string): void {
  sessionStorage.setItem(key, token);
  tell();
}

/** The server opened a session for this browser, for all its tabs. */
export function openedSession(): void {
  sessionStorage.removeItem(key);
  localStorage.setItem(sessionKey, 'open');
  tell();
}

/** Forgets who is signed in: whoever asked for it, or because the server does not know him any more. */
export function forget(): void {
  if (!isSignedIn()) return;
  if (tokenOf() === null) localStorage.removeItem(sessionKey);
  sessionStorage.removeItem(key);
  tell();
}

/** Signs out, on the server too when there is a session. */
export async function signOut(): Promise<void> {
  const hadToken = tokenOf() !== null;
  try {
    if (!hadToken) await client().call('signOut');
  } finally {
    forget();
  }
}

function tell(): void {
  for (const listener of listeners) listener();
}

// Another tab opened a session, or ended the one that is shared.
addEventListener('storage', (event) => {
  if (event.key === sessionKey) tell();
});

/** A sign-in link carries the token behind `#`, which no server sees; it leaves the address and the history at once. */
export function takeTokenFromAddress(): void {
  const token = new URLSearchParams(location.hash.slice(1)).get('token');
  if (token === null) return;
  history.replaceState(null, '', `${location.pathname}${location.search}`);
  if (token !== '') setToken(token);
}

/** The API, asked as whoever is signed in (or as the holder of the token given). */
export function client(token: string | null = tokenOf()): Client {
  return createClient({ url: location.origin, token });
}

/** Tells of every sign-in and sign-out, until the function that it answers is called. */
export function watchSession(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
