import { action, actionInput } from '../../documents/action.ts';
import { documentRoutes, listQuery } from '../../documents/document-routes.ts';
import { actionCheck, actionCheckInput, unsavedActionCheckInput } from '../../records/check.ts';
import { pageOf } from '../../records/page.ts';
import { api, tagged } from '../../route.ts';
import { textFilter } from '../fields.ts';

export const actionRoutes = tagged('actions', {
  ...documentRoutes({ one: 'action', area: 'actions', input: actionInput, output: action }),
  listActions: api('GET /actions', 'actions:view', 'List actions, newest first', {
    query: listQuery.extend({ connectionId: textFilter, destinationId: textFilter, behaviorId: textFilter }),
    output: pageOf(action),
  }),
  checkAction: api(
    'POST /actions/{id}/check',
    ['actions:view', 'payloads:view'],
    'Show what a draft would change, on the newest events',
    { audit: null, body: actionCheckInput, output: actionCheck },
  ),
  checkUnsavedAction: api(
    'POST /actions/check',
    ['actions:view', 'payloads:view'],
    'Show what an unsaved action would do, on the newest events',
    { audit: null, body: unsavedActionCheckInput, output: actionCheck },
  ),
});
