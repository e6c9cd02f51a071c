import assert from 'node:assert/strict';
import { test } from 'node:test';
import { consolePages } from '../../scripts/console-pages.ts';
import type { Right } from '../../src/contract/accounts/rights.ts';
import { defaultRoles } from '../../src/identity/default-roles.ts';
import { eventually } from '../support/eventually.ts';
import { openTab, startConsole, visit } from './browser.ts';
import { fillWithDemoData } from './demo-data.ts';

/** People with each role of a new installation, with one right, and with none. */
const people: readonly (readonly [name: string, rights: readonly Right[]])[] = [
  ...defaultRoles.map(({ name, rights }) => [name, rights] as const),
  ['only deliveries:manage', ['deliveries:manage']],
  ['no right', []],
];

test('no page asks for what a person may not see, or shows a refusal as an error', async () => {
  await using running = await startConsole({ MILLRACE_INBOX: 'on' });
  const { app, browser } = running;
  const { client } = app;
  const shown = await fillWithDemoData(app, {
    sent: () =>
      eventually(
        '30 deliveries',
        async () => (await client.call('listDeliveries', { query: { status: 'delivered' } })).data.length >= 30,
      ),
    rejected: () => eventually('an issue', async () => (await client.call('listIssues')).data.length > 0),
  });
  const { connection, destination, action, behavior, event, collector, alert } = shown;
  const tabs = (path: string, names: string) => names.split(' ').map((tab) => `${path}?tab=${tab}`);
  const paths = [
    ...consolePages.map((one) => one.path(shown)).filter((path) => !path.startsWith('/docs')),
    '/welcome?with=mine',
    ...tabs(`/connections/${connection}`, 'activity usedBy versions'),
    `/connections/new/webhook?from=${connection}`,
    ...tabs(`/connections/${connection}/destinations/${destination}`, 'event check response'),
    `/connections/${connection}/destinations/new`,
    '/actions/new?step=destinations',
    ...tabs(`/actions/${action}`, 'deliveries versions used yaml'),
    `/actions/new?from=${action}`,
    '/behaviors/new',
    ...tabs(`/behaviors/${behavior}`, 'used versions yaml'),
    ...tabs(`/events/${event}`, 'payload deliveries raw'),
    '/replays?from=failed',
    '/data-collection/new',
    '/data-collection/parameters?parameter=wt.ev',
    ...tabs(`/data-collection/${collector}`, 'details rejected versions'),
    ...tabs('/settings', 'appearance network deleted'),
    ...['users', 'roles', 'tokens', 'alerts'].map((kind) => `/settings/${kind}/new`),
    ...tabs(`/settings/alerts/${alert}`, 'messages versions'),
  ];
  const found: string[] = [];
  for (const [name, rights] of people) {
    const { token } = await client.call('createToken', { body: { name, rights: [...rights] } });
    await using tab = await openTab(browser, { url: app.url, token });
    const { page, problems } = tab;
    for (const path of rights.length > 1 ? paths : paths.filter((one) => !one.includes('?tab='))) {
      await visit(page, path);
      const refusals = await page.getByRole('alert').filter({ hasText: 'Missing right' }).allInnerTexts();
      const heading = await page.getByRole('heading', { level: 1 }).textContent();
      if (/\b(con|dst|act)_/.test(heading ?? '')) refusals.push(`is headed ${heading}`);
      for (const one of [...problems.splice(0), ...refusals]) found.push(`${name} at ${path}: ${one}`);
    }
  }
  assert.deepEqual(found, []);
});
