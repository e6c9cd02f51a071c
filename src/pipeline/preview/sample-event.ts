import type { Event } from '../../contract/records/event.ts';
import type { SampleInput } from '../../contract/records/sample.ts';

/** The event that a preview or a test runs on, made of what a person typed. Its id says that it is stored nowhere. */
export function sampleEvent(given: NonNullable<SampleInput['event']>, now: number): Event {
  const receivedAt = new Date(now).toISOString();
  return {
    id: 'evt_sample',
    name: given.name ?? null,
    visitorId: given.visitorId ?? null,
    sessionId: null,
    occurredAt: given.occurredAt ?? receivedAt,
    receivedAt,
    // Typed by hand, values may be numbers or truth values; on a stored event they are text.
    data: asText(given.data) as Event['data'], // asText maps an object to an object of the same keys
    ext: given.ext ?? {},
    session: given.session ?? {},
    source: { collectorId: 'sample', format: 'sample' },
  };
}

function asText(value: unknown): unknown {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(asText);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, one]) => (one === null ? [] : [[key, asText(one)] as [string, unknown]])),
    );
  return JSON.stringify(value);
}
