import assert from 'node:assert/strict';
import { test } from 'node:test';
import { consolePages } from '../../scripts/console-pages.ts';
import type { Right } from '../../src/contract/accounts/rights.ts';
import { openTab, startConsole, visit } from './browser.ts';
import { filledWithDemoData } from './demo-data.ts';

/** The one right with which a person opens the pages of an area, by the beginning of their paths; the first match counts. */
const areas: readonly (readonly [path: RegExp, right: Right | null])[] = [
  [/^\/connections/, 'connections:manage'],
  [/^\/actions/, 'actions:manage'],
  [/^\/behaviors/, 'behaviors:manage'],
  [/^\/(events|trace)/, 'events:view'],
  [/^\/(deliveries|issues|replays)/, 'deliveries:manage'],
  [/^\/data-collection\/parameters/, 'parameters:manage'],
  [/^\/(data-collection|inbox)/, 'collectors:manage'],
  [/^\/settings\/(users|roles|tokens)/, 'users:manage'],
  [/^\/settings\/audit/, 'audit:view'],
  [/^\/settings/, 'settings:manage'],
  [/^\//, null],
];

test('no page asks for what a person may not see, or shows a refusal as an error or ids of what is hidden: with the one right of its area, or none', async () => {
  await using running = await startConsole({ MILLRACE_INBOX: 'on' });
  const { app, browser } = running;
  const { client } = app;
  const shown = await filledWithDemoData(app);
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
  for (const [at, [, right]] of areas.entries()) {
    const { token } = await client.call('createToken', {
      body: { name: `${right}`, rights: right === null ? [] : [right] },
    });
    await using tab = await openTab(browser, { url: app.url, token });
    const { page, problems } = tab;
    for (const path of paths.filter((one) => areas.findIndex(([start]) => start.test(one)) === at)) {
      await visit(page, path);
      const refusals = await page.getByRole('alert').filter({ hasText: 'Missing right' }).allInnerTexts();
      const heading = await page.getByRole('heading', { level: 1 }).textContent();
      if (/\b(con|dst|act)_/.test(heading ?? '')) refusals.push(`is headed ${heading}`);
      for (const text of await page.getByRole('table').allInnerTexts())
        if (/\b(con|dst|act)_/.test(text)) refusals.push('has a table with ids');
      for (const one of [...problems.splice(0), ...refusals]) found.push(`${right} at ${path}: ${one}`);
    }
  }
  assert.deepEqual(found, []);
});
