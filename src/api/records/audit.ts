import { given } from '../../contract/given.ts';
import type { ApiParts, Handlers } from '../call/call.ts';
import { byNumber, numbersOf, pageOfLarge } from '../http/pagination.ts';

/** Entries of one read; each can have 200 changes with long texts. */
const entriesAtOnce = 50;

/** The list of the audit trail. */
export function auditHandlers({ audit }: ApiParts) {
  return {
    listAudit({ query }) {
      const { limit: _l, cursor: _c, createdAfter, createdBefore, ...filters } = query;
      const wanted = given({ ...filters, createdAfter: utc(createdAfter), createdBefore: utc(createdBefore) });
      return pageOfLarge(query, byNumber('number'), ({ limit, ...range }) =>
        audit.entries({ ...wanted, ...numbersOf(range), limit: Math.min(limit, entriesAtOnce) }),
      );
    },
  } satisfies Partial<Handlers>;
}

const utc = (time: number | undefined) => (time === undefined ? undefined : new Date(time).toISOString());
