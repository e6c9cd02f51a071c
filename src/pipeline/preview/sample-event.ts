import type { Event } from '../../contract/records/event.ts';
import type { SampleInput } from '../../contract/records/sample.ts';

/** The event of a preview or test, made from the request's input. Its id shows that it is not stored. */
export function sampleEvent(given: NonNullable<SampleInput['event']>, now: number): Event {
  const receivedAt = new Date(now).toISOString();
  return {
    id: 'evt_sample',
    name: given.name ?? null,
    visitorId: given.visitorId ?? null,
    sessionId: null,
    occurredAt: given.occurredAt ?? receivedAt,
    receivedAt,
    // Input values can be numbers or booleans; on a stored event they are strings.
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
