import type { RequestListener, Server } from 'node:http';
import { setTimeout } from 'node:timers/promises';

/** So long no connection came before the socket is closed. */
const quietMs = 5;
/** Where they come all the time, it is closed after this time, between two of them; after twice this time in any case. */
const mostMs = 500;

/**
 * Stops listening without losing a connection: the system resets those that wait to be accepted when their socket is closed, and
 * Node.js accepts one in each turn of its loop. Until it is closed requests wait, since a sender that has its response connects
 * again; then `handle` serves them.
 */
export async function stopListening(server: Server, handle: RequestListener): Promise<void> {
  if (!server.listening) return;
  const waiting: Parameters<RequestListener>[] = [];
  const wait: RequestListener = (...one) => void waiting.push(one);
  let accepted = 0;
  const count = () => void accepted++;
  server.on('connection', count).off('request', handle).on('request', wait);
  const startedAt = performance.now();
  for (let seen = -1; seen < accepted && performance.now() < startedAt + 2 * mostMs; ) {
    seen = accepted;
    await setTimeout(performance.now() < startedAt + mostMs ? quietMs : 0);
    await afterPolling();
  }
  server.close();
  server.off('connection', count).off('request', wait).on('request', handle);
  for (const [request, response] of waiting) if (!request.destroyed) handle(request, response);
}

/** So long a connection that stays open has had no request when it is closed: a proxy that uses it would lose the next one. */
const idleMs = 100;

/**
 * Stops listening on a socket that stays open for the next process, where connections wait. Connections in use end with a response
 * first, which says so.
 */
export async function passSocketOn(server: Server): Promise<void> {
  if (!server.listening) return;
  await setTimeout(idleMs);
  await afterPolling();
  server.close();
}

/** Closes connections without a request. One that has a request to be read keeps it: it is read first. */
export async function closeIdleConnections(server: Server): Promise<void> {
  await afterPolling();
  server.closeIdleConnections();
}

/** Resolves after the event loop has read what had arrived at the sockets. */
const afterPolling = () => new Promise<void>((resolve) => setImmediate(resolve));
