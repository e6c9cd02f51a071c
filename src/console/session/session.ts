import { type Client, createClient } from '../../client/client.ts';

const key = 'millrace.token';
const listeners = new Set<() => void>();

/** The API token of this browser tab; null when nobody is signed in. It is gone when the tab is closed. */
export function tokenOf(): string | null {
  return sessionStorage.getItem(key);
}

/** Signs in with a token, or out with null. */
export function setToken(token: string | null): void {
  if (token === null) sessionStorage.removeItem(key);
  else sessionStorage.setItem(key, token);
  for (const listener of listeners) listener();
}

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
export function watchToken(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
