import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { consolePages, type Shown } from '../../scripts/console-pages.ts';
import type { Right } from '../../src/contract/accounts/rights.ts';
import { barriers, goDark, openTab, overflows, settled, startConsole, visit } from './browser.ts';
import { filledWithDemoData } from './demo-data.ts';

let console_: Awaited<ReturnType<typeof startConsole>>;
let shown: Shown;
before(async () => {
  console_ = await startConsole({ MILLRACE_INBOX: 'on' });
  shown = await filledWithDemoData(console_.app);
});
after(() => console_[Symbol.asyncDispose]());

const others = [
  '/connections/new/webhook',
  '/data-collection/new',
  '/settings',
  '/settings?tab=network',
  '/settings/users/new',
  '/settings/roles/new',
  '/settings/tokens/new',
  '/settings/alerts/new',
  '/docs',
  '/docs/recipes',
  '/docs/errors',
  '/nowhere',
];

test('no page has a barrier that axe-core finds, scrolls sideways, or cuts off a control or a state at 1440, 1024 and 390 px, and none is wider than 320 px', async () => {
  const { app, browser } = console_;
  await app.client.call('createUser', { body: { email: 'a.very.long.name@shop.example' } });
  await using tab = await openTab(browser, { url: app.url, expected: /^40[04] / });
  const { page } = tab;
  const found: string[] = [];
  let widths = [1440, 1024, 390, 320];
  for (const path of [...consolePages.map((one) => one.path(shown)), ...others]) {
    await visit(page, path);
    for (const width of widths) {
      await page.setViewportSize({ width, height: 900 });
      await settled(page);
      const problems = await (width === 320 ? narrowProblems(page) : cutOff(page));
      if (width === 1440) problems.push(...(await barriers(page)));
      const starts = await page.evaluate<number[]>(headStarts);
      if (new Set(starts).size > 1) problems.push(`its heading and the line below it begin at ${starts} px`);
      for (const one of problems) found.push(`${path} at ${width} px: ${one}`);
    }
    // The next page begins with the width that this one ends with: each change lays out the whole page.
    widths = widths.toReversed();
  }
  assert.deepEqual(found, []);
});

/** Pages with a form that opens to be read. */
const forms = ['connection', 'template', 'alert', 'privacy', 'collector'];

test('what is read is text and not fields, and Edit is at the upper right of every page that has it', async () => {
  const { app, browser } = console_;
  await using tab = await openTab(browser, { url: app.url });
  const { page } = tab;
  await page.setViewportSize({ width: 1440, height: 900 });
  const found: string[] = [];
  for (const name of [...forms, 'action-overview']) {
    const path = consolePages.find((one) => one.name === name)?.path(shown) ?? assert.fail(name);
    await visit(
      page,
      name === 'collector' ? `${path}?tab=details` : name === 'connection' ? `${path}?tab=details` : path,
    );
    const edit = page.locator('main [data-key-edit]');
    const box = (await edit.boundingBox()) ?? assert.fail(`${name} has no Edit`);
    const heading = (await page.getByRole('heading', { level: 1 }).boundingBox()) ?? assert.fail();
    const main = (await page.getByRole('main').boundingBox()) ?? assert.fail();
    const right = main.x + main.width - (box.x + box.width);
    if (right > 60 || Math.abs(box.y - heading.y) > 40) found.push(`${name} has Edit at ${box.x}, ${box.y}`);
    if (name === 'action-overview') continue;
    // What is opened can have others.
    const folds = page.locator('main details:not([open]) > summary');
    while ((await folds.count()) > 0) await folds.first().click();
    const fields = page
      .locator('main')
      .locator('input, textarea, select, [role=switch]')
      .and(page.locator(':disabled'));
    for (const one of await fields.all()) found.push(`${name} has the field ${await one.getAttribute('aria-label')}`);
  }
  assert.deepEqual(found, []);
  assert.deepEqual(tab.problems, []);
});

test('below 1200 px the menu of an area is a list to choose from, and above it the page has a menu beside it', async () => {
  const { app, browser } = console_;
  await using tab = await openTab(browser, { url: app.url, path: '/settings?tab=network' });
  const { page } = tab;
  const list = page.getByRole('combobox', { name: 'Settings pages' });
  const menu = page.getByRole('navigation', { name: 'Settings pages' });
  for (const [width, shownAs] of [
    [1201, menu],
    [1199, list],
    [390, list],
  ] as const) {
    await page.setViewportSize({ width, height: 900 });
    await shownAs.waitFor();
    assert.equal(await (shownAs === menu ? list : menu).isVisible(), false, `${width} px`);
  }
  assert.equal(await list.locator('option:checked').textContent(), 'Network');
  await list.selectOption('Users');
  await page.getByRole('heading', { level: 1, name: 'Users' }).waitFor();
  await visit(page, '/docs/templates');
  await page.getByRole('combobox', { name: 'Pages of the docs' }).selectOption('API reference');
  await page.waitForURL(/\/docs\/api$/);
  assert.deepEqual(tab.problems, []);
});

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

test('no page asks for what a person may not see, or shows a refusal as an error or ids of what is hidden, or has colours without contrast in dark: with the one right of its area, or none', async () => {
  const { app, browser } = console_;
  const { connection, destination, action, behavior, event, collector, alert } = shown;
  const tabs = (path: string, names: string) => names.split(' ').map((tab) => `${path}?tab=${tab}`);
  const paths = [
    ...consolePages.map((one) => one.path(shown)),
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
    const { token } = await app.client.call('createToken', {
      body: { name: `${right}`, rights: right === null ? [] : [right] },
    });
    await using tab = await openTab(browser, { url: app.url, token });
    const { page, problems } = tab;
    await goDark(page);
    for (const path of paths.filter((one) => areas.findIndex(([start]) => start.test(one)) === at)) {
      await visit(page, path);
      const refusals = await page.evaluate<string[]>(refusalsShown);
      for (const one of [...problems.splice(0), ...refusals, ...(await barriers(page, 'colours'))])
        found.push(`${right} at ${path}: ${one}`);
    }
  }
  assert.deepEqual(found, []);
});

test('a name from right to left leaves its neighbours in their places', async () => {
  const { app, browser } = console_;
  const name = 'לקוחות CRM 0';
  const { id } = await app.client.call('createConnection', { body: { name, baseUrl: 'https://crm.example' } });
  const { id: destinationId } = await app.client.call('createDestination', {
    params: { id },
    body: { name: '5 מוצרים' },
  });
  await using tab = await openTab(browser, { url: app.url, path: '/connections' });
  const { page } = tab;
  await page.locator('[data-row-link] > bdi').getByText(name, { exact: true }).waitFor();
  await visit(page, `/connections/${id}/destinations/${destinationId}`);
  await page.locator('h1 > bdi').getByText('5 מוצרים', { exact: true }).waitFor();
  const crumbs = page.getByRole('navigation', { name: 'Breadcrumb' }).locator('bdi');
  const starts = await Promise.all((await crumbs.all()).map(async (one) => (await one.boundingBox())?.x ?? 0));
  assert.deepEqual(
    starts,
    starts.toSorted((a, b) => a - b),
    'crumbs stand in their order',
  );
  assert.equal(starts.length, 3);
  assert.deepEqual(tab.problems, []);
});

/** Refusals that are shown as errors, and ids of what is hidden, on the page as it is. */
const refusalsShown = `(() => {
  const ids = /\\b(con|dst|act)_/;
  const textsOf = (places) => [...document.querySelectorAll(places)].filter((one) => one.checkVisibility()).map((one) => one.innerText);
  const heading = textsOf('h1').join();
  return [
    ...textsOf('[role=alert]').filter((text) => /missing right/i.test(text)),
    ...(ids.test(heading) ? ['is headed ' + heading] : []),
    ...textsOf('table').filter((text) => ids.test(text)).map(() => 'has a table with ids'),
  ];
})()`;

/** Where the heading of a page and the line below it begin, in px. A wide list has that line beside its heading. */
const headStarts = `[...document.querySelectorAll('main header > *')].slice(0, 2)
  .filter((part, at, [heading]) => at === 0 || part.getBoundingClientRect().top >= heading.getBoundingClientRect().bottom)
  .map((part) => Math.round(part.getBoundingClientRect().left))`;

/** A window of 320 px is one that is zoomed: tables scroll in themselves there, the page doesn't. */
async function narrowProblems(page: Page): Promise<string[]> {
  const found = await barriers(page, 'layout');
  return (await overflows(page)) ? [...found, 'wider than its window'] : found;
}

/** What a reader can't see or reach: a page wider than its window, and controls and states outside what clips them. */
async function cutOff(page: Page): Promise<string[]> {
  return page.evaluate(`(async () => {
    const frame = () => new Promise(requestAnimationFrame);
    await frame().then(frame);
    const found = [];
    const over = document.documentElement.scrollWidth - innerWidth;
    if (over > 0) found.push('the page is ' + over + ' px too wide');
    const things = 'a, button, input, select, textarea, [role=button], [role=tab], [role=switch], [data-tone]';
    for (const thing of document.querySelectorAll(things)) {
      const box = thing.getBoundingClientRect();
      // Hidden, or for assistive technology alone. Editors and texts of code scroll in themselves.
      if (box.width <= 1 || box.height <= 1 || !thing.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
      if (thing.closest('pre, .cm-editor, [aria-hidden=true], [hidden]') !== null) continue;
      let left = 0, right = innerWidth, by = 'the window';
      for (let around = thing.parentElement; around !== null && around !== document.body; around = around.parentElement) {
        if (getComputedStyle(around).overflowX === 'visible') continue;
        const edge = around.getBoundingClientRect();
        if (edge.right < right) [right, by] = [edge.right, around.className || around.tagName];
        left = Math.max(left, edge.left);
      }
      if (box.left < left - 1 || box.right > right + 1)
        found.push((thing.getAttribute('aria-label') || thing.textContent || thing.tagName).slice(0, 40) + ' is cut off by ' + by);
    }
    return [...new Set(found)];
  })()`);
}
