import { api, tagged, textFilter, timeFilter } from '../route.ts';
import { auditEntry } from './audit.ts';
import { pageOf, pageQuery } from './page.ts';

const { act, kind, result } = auditEntry.shape;

export const auditRoutes = tagged('audit', {
  listAudit: api(
    'GET /audit',
    'audit:view',
    'List changes, newest first; `id` is the id of the thing, `principal` a part of a name, or an id',
    {
      query: pageQuery({
        act: act.optional(),
        kind: kind.optional(),
        id: textFilter,
        principal: textFilter,
        result: result.optional(),
        createdAfter: timeFilter,
        createdBefore: timeFilter,
      }),
      output: pageOf(auditEntry),
    },
  ),
});
