import type { Event } from '../contract/records/event.ts';

/**
 * When an event occurred, RFC 3339 in UTC: `wt.ets`, else `dcsdat`, else the time of receipt. Both may be Unix time
 * (10 digits are seconds, 13 milliseconds) or RFC 3339; without an offset it is UTC. Unreadable values are ignored.
 */
export function occurredAtOf(data: Event['data'], receivedAt: string): string {
  return timeOf(data['wt.ets']) ?? timeOf(data['dcsdat']) ?? receivedAt;
}

const unixTime = /^(?:\d{10}|\d{13})$/;
const dateAndTime = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?<zone>[Zz]|[+-]\d\d:\d\d)?$/;

function timeOf(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  if (unixTime.test(value)) {
    return new Date(value.length === 10 ? Number(value) * 1000 : Number(value)).toISOString();
  }
  const match = dateAndTime.exec(value);
  if (match === null) return null;
  const time = new Date(match.groups?.['zone'] === undefined ? `${value}Z` : value);
  return Number.isNaN(time.getTime()) ? null : time.toISOString();
}
