import { collector, collectorInput } from '../../documents/collector.ts';
import { documentRoutes } from '../../documents/document-routes.ts';
import { pageOf, pageQuery } from '../../records/page.ts';
import { rejectedRequest } from '../../records/rejected-request.ts';
import { api, tagged } from '../../route.ts';
import { textFilter } from '../fields.ts';

export const collectorRoutes = tagged('collectors', {
  ...documentRoutes({ one: 'collector', area: 'collectors', input: collectorInput, output: collector }),
  rotateCollectorKey: api('POST /collectors/{id}/rotate-key', 'collectors:manage', 'Give a collector a new key', {
    audit: 'rotate_key collector',
    output: collector,
  }),
  listRejectedRequests: api(
    'GET /collectors/rejected',
    'collectors:view',
    'List the last rejected intake requests, including those with an unknown key, newest first',
    { query: pageQuery({ key: textFilter, collectorId: textFilter }), output: pageOf(rejectedRequest) },
  ),
});
