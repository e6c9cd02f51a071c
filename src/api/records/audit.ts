import type { ApiParts, Handlers } from '../call/call.ts';
import { isNumber, pageOfStored } from '../http/pagination.ts';
import { given } from '../http/without-undefined.ts';

/** The list of the audit trail. */
export function auditHandlers({ audit }: ApiParts) {
  return {
    listAudit({ query }) {
      const { limit: _l, cursor: _c, createdAfter, createdBefore, ...filters } = query;
      const times = { createdAfter: utc(createdAfter), createdBefore: utc(createdBefore) };
      const places = { placeOf: ({ number }: { number: number }) => String(number), isPlace: isNumber };
      return pageOfStored(query, places, ({ before, after, limit }) =>
        audit.entries(given({ ...filters, ...times, before: numbered(before), after: numbered(after), limit })),
      );
    },
  } satisfies Partial<Handlers>;
}

const utc = (time: number | undefined) => (time === undefined ? undefined : new Date(time).toISOString());
const numbered = (at: string | undefined) => (at === undefined ? undefined : Number(at));
