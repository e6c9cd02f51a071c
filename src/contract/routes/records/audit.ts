import { z } from 'zod';
import { auditEntry } from '../../records/audit.ts';
import { pageOf, pageQuery } from '../../records/page.ts';
import { api } from '../../route.ts';
import { textFilter, timeFilter } from '../fields.ts';

const { act, kind, result } = auditEntry.shape;

export const auditRoutes = {
  listAudit: api(
    'GET',
    '/audit',
    ['audit:view'],
    'List changes, newest first; `id` is the id of the thing, `principal` a part of a name, or an id',
    {
      tag: 'audit',
      query: z.strictObject({
        ...pageQuery,
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
};
