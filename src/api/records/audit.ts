import type { AuditEntry } from '../../contract/records/audit.ts';
import type { ApiParts, Handlers } from '../call/call.ts';
import { pageOfCut, readCursor } from '../http/pagination.ts';
import { given } from '../http/without-undefined.ts';

/** The list of the audit trail. */
export function auditHandlers({ audit }: Pick<ApiParts, 'audit'>) {
  return {
    async listAudit({ query }) {
      const { limit, cursor: text, createdAfter, createdBefore, ...filters } = query;
      const cursor = readCursor(text, (at) => /^[1-9]\d{0,14}$/.test(at));
      const entries = await audit.entries({
        ...given(filters),
        ...(cursor === null ? {} : { [cursor.side === 'older' ? 'before' : 'after']: Number(cursor.at) }),
        ...(createdAfter === undefined ? {} : { createdAfter: new Date(createdAfter).toISOString() }),
        ...(createdBefore === undefined ? {} : { createdBefore: new Date(createdBefore).toISOString() }),
        limit: limit + 1,
      });
      return pageOfCut(entries, { cursor, limit, placeOf: (one: AuditEntry) => String(one.number) });
    },
  } satisfies Partial<Handlers>;
}
