import type { IncomingHttpHeaders } from 'node:http';
import { AppError } from '../contract/errors.ts';
import { hopsHeader, hopsKey, type IncomingEvent } from '../contract/records/event.ts';

/** An event with this many trips through our own deliveries is a loop. */
const hopsMax = 5;

const hopsName = hopsHeader.toLowerCase();

/** Throws AppError `conflict` for a loop. */
export function checkHops(headers: IncomingHttpHeaders): void {
  if (hopsOf(headers) >= hopsMax)
    throw new AppError('conflict', `The event has passed through deliveries of Millrace ${hopsMax} times: a loop.`);
}

function hopsOf(headers: IncomingHttpHeaders): number {
  const hops = headers[hopsName];
  return hops === undefined ? 0 : Number.parseInt(String(hops), 10) || 0;
}

/** Adds to events what the headers of their request say of them. Throws AppError `malformed_request`. */
export function applyHeaders(events: readonly IncomingEvent[], headers: IncomingHttpHeaders): void {
  identify(events, headers['idempotency-key']);
  const hops = hopsOf(headers);
  if (hops > 0) for (const event of events) event.ext = { ...event.ext, [hopsKey]: hops };
}

/** Events without an id of their sender are identified by the Idempotency-Key and their position. */
function identify(events: readonly IncomingEvent[], key: unknown): void {
  if (typeof key !== 'string') return;
  if (key.length > 255) throw new AppError('malformed_request', 'An Idempotency-Key must have at most 255 characters.');
  for (const [i, event] of events.entries()) {
    if (event.identity !== null) continue;
    event.identity = `${key}:${i}`;
    event.isKeyed = true;
  }
}
