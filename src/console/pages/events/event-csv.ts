import type { Event } from '../../../contract/records/event.ts';
import { csvLine } from '../../parts/list/csv.ts';

/** A file of events: the line of names over it, and each event as a line, its parameters as JSON. */
export const eventCsv = {
  csvHead: csvLine([
    'id',
    'name',
    'visitorId',
    'sessionId',
    'occurredAt',
    'receivedAt',
    'collectorId',
    'format',
    'data',
    'ext',
  ]),
  csvLine: ({ id, name, visitorId, sessionId, occurredAt, receivedAt, source, data, ext }: Event) =>
    csvLine([
      id,
      name,
      visitorId,
      sessionId,
      occurredAt,
      receivedAt,
      source.collectorId,
      source.format,
      JSON.stringify(data),
      JSON.stringify(ext),
    ]),
};
