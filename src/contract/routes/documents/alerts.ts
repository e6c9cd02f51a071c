import { z } from 'zod';
import { alert, alertInput, alertMessage, alertTest } from '../../documents/alert.ts';
import { documentRoutes } from '../../documents/document-routes.ts';
import { pageOf, pageQuery } from '../../records/page.ts';
import { api } from '../../route.ts';

export const alertRoutes = {
  ...documentRoutes({
    one: 'alert',
    many: 'alerts',
    area: 'settings',
    at: '/alerts',
    input: alertInput,
    output: alert,
  }),
  testAlert: api('POST', '/alerts/{id}/test', ['settings:manage'], 'Send one test message of an alert', {
    tag: 'alerts',
    audit: { act: 'test', kind: 'alert' },
    output: alertTest,
  }),
  listAlertMessages: api(
    'GET',
    '/alerts/{id}/messages',
    ['settings:view'],
    'List the last messages of an alert, newest first',
    { tag: 'alerts', query: z.strictObject(pageQuery), output: pageOf(alertMessage) },
  ),
};
