import { alert, alertInput, alertMessage, alertTest } from '../../documents/alert.ts';
import { documentRoutes } from '../../documents/document-routes.ts';
import { pageOf, pageQuery } from '../../records/page.ts';
import { api, tagged } from '../../route.ts';

export const alertRoutes = tagged('alerts', {
  ...documentRoutes({ one: 'alert', area: 'settings', input: alertInput, output: alert }),
  testAlert: api('POST /alerts/{id}/test', 'settings:manage', 'Send one test message of an alert', {
    audit: 'test alert',
    output: alertTest,
  }),
  listAlertMessages: api(
    'GET /alerts/{id}/messages',
    'settings:view',
    'List the last messages of an alert, newest first',
    { query: pageQuery(), output: pageOf(alertMessage) },
  ),
});
