import type { DataValue, Event } from '../../contract/records/event.ts';

/**
 * Parses valid JSON with every number as its text, so that `1.50` stays `1.50`. Undefined when it is nested thousands
 * of levels deep, which no event is: the reviver recurses.
 */
export function parseKeepingNumberText(json: string): unknown {
  try {
    return JSON.parse(json, (_key, value: unknown, context?: { source?: string }) =>
      typeof value === 'number' ? (context?.source ?? String(value)) : value,
    );
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Replaces lone surrogates, which can't be encoded in UTF-8, by U+FFFD, in keys and values. */
export function wellFormed(data: Event['data']): Event['data'] {
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key.toWellFormed(), wellFormedValue(value)]));
}

function wellFormedValue(value: DataValue): DataValue {
  if (typeof value === 'string') return value.toWellFormed();
  return Array.isArray(value) ? value.map(wellFormedValue) : wellFormed(value);
}
