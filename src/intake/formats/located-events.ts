import type { IntakeFormat } from '../../contract/documents/collector.ts';
import type { IncomingEvent } from '../../contract/records/event.ts';
import type { Batch, Reception, RefusedEvent } from './format.ts';
import type { JsonObject } from './json-values.ts';
import { eventBytesMax, type OpenedJson, objectAt } from './opened-json.ts';

/** The events in which the key of a collector is looked for, since the first ones may be unreadable. */
const lookedMax = { events: 20, bytes: eventBytesMax };

/** How an SDK writes events: `keyOf` finds the key of the collector around the events, or in one of them. */
type Located = {
  format: IntakeFormat;
  keyOf(item: JsonObject): string | null;
  eventOf(item: JsonObject, json: Uint8Array, reception: Reception): IncomingEvent | RefusedEvent;
};

/** The batch of the events that were found in a body, each parsed when it is its turn. */
export function locatedEvents({ body, around, places }: OpenedJson, { format, keyOf, eventOf }: Located): Batch {
  return {
    /** Is read only where it stands nowhere else. */
    get key() {
      const ofAll = keyOf(around ?? {});
      if (ofAll !== null) return ofAll;
      let bytes = 0;
      for (const place of places.slice(0, lookedMax.events)) {
        bytes += place[1] - place[0];
        if (bytes > lookedMax.bytes) break;
        const item = objectAt(body, place);
        const key = item.ok ? keyOf(item.value) : null;
        if (key !== null) return key;
      }
      return null;
    },
    format,
    count: places.length,
    bytesOf: (index) => (places[index]?.[1] ?? 0) - (places[index]?.[0] ?? 0),
    eventAt(index, reception) {
      const place = places[index];
      if (place === undefined) return null;
      const item = objectAt(body, place);
      return item.ok ? eventOf(item.value, body.subarray(...place), reception) : item;
    },
  };
}
