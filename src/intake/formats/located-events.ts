import type { IntakeFormat } from '../../contract/documents/collector.ts';
import type { IncomingEvent } from '../../contract/records/event.ts';
import type { Batch, Reception, RefusedEvent } from './format.ts';
import type { JsonObject } from './json-values.ts';
import { eventBytesMax, type OpenedJson } from './opened-json.ts';

/** The events in which the key of a collector is looked for, since the first ones may be unreadable. */
const lookedMax = { events: 20, bytes: eventBytesMax };

/**
 * How an SDK writes events: `keyOf` finds the key of the collector around the events, or in one of them. `json`: the event as it
 * was sent.
 */
type Located = {
  format: IntakeFormat;
  keyOf(item: JsonObject): string | null;
  eventOf(item: JsonObject, json: () => Uint8Array, reception: Reception): IncomingEvent | RefusedEvent;
};

/** The batch of the events that were found in a body, each parsed when it is its turn. */
export function locatedEvents(opened: OpenedJson, { format, keyOf, eventOf }: Located): Batch {
  const { around, count, bytesOf, itemAt, jsonOf } = opened;
  return {
    key() {
      const ofAll = keyOf(around ?? {});
      if (ofAll !== null) return ofAll;
      let bytes = 0;
      for (let index = 0; index < Math.min(count, lookedMax.events); index++) {
        bytes += bytesOf(index);
        if (bytes > lookedMax.bytes) break;
        const item = itemAt(index);
        const key = item.ok ? keyOf(item.value) : null;
        if (key !== null) return key;
      }
      return null;
    },
    format,
    count,
    bytesOf,
    eventAt(index, reception) {
      const item = itemAt(index);
      return item.ok ? eventOf(item.value, () => jsonOf(index), reception) : item;
    },
  };
}
