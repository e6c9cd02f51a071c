import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import type { Page } from 'playwright-core';
import type { TestApp } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { randomHistory } from '../support/history.ts';
import { startReceiver } from '../support/receiver.ts';
import { loaded, openTab, startConsole } from './browser.ts';

/** MILLRACE_HISTORIES=50 for many. */
const histories = Number(process.env['MILLRACE_HISTORIES'] ?? 3);
const firstSeed = Number(process.env['MILLRACE_SEED'] ?? 1);
const steps = 40;

for (let seed = firstSeed; seed < firstSeed + histories; seed++) {
  test(`Home, the chips, the issues, the badge and the connections show GET /state after the random history ${seed}`, async () => {
    await using receiver = await startReceiver();
    await using running = await startConsole();
    const { app, browser } = running;
    const { done } = await randomHistory(app, receiver, { seed, steps });
    await using tab = await openTab(browser, { url: app.url });
    let seen: unknown;
    await eventually(
      'the pages to show what is true',
      async () => {
        const before = await truth(app);
        const shown = await shownBy(tab.page, app.url, Object.keys(before.connections));
        seen = { before, shown };
        return isDeepStrictEqual(shown, before) && isDeepStrictEqual(await truth(app), before);
      },
      { state: () => ({ seen, done }) },
    );
    assert.deepEqual(tab.problems, []);
  });
}

/** What the API says of deliveries and issues, in the shape of `shownBy`. */
async function truth({ client }: TestApp) {
  const { held, failed, pending, connections } = await client.call('getState');
  const stateOf = new Map(connections.map((one) => [one.id, one]));
  const ids = (await Array.fromAsync(client.list('listConnections'))).map(({ id }) => id);
  const heldOf = Object.fromEntries(ids.map((id) => [id, stateOf.get(id)?.held ?? 0]));
  const issues = await Array.fromAsync(client.list('listIssues', { query: { state: 'open,acknowledged,muted' } }));
  return {
    home: { held, failed },
    badge: issues.filter(({ state }) => state === 'open').length,
    chips: { held, failed, pending },
    issues: issues.map((one) => one.held).sort(ascending),
    connections: heldOf,
    rows: Object.values(heldOf).sort(ascending),
  };
}

/** What a person reads on the pages, each loaded again. */
async function shownBy(page: Page, url: string, connectionIds: readonly string[]) {
  const open = async (path: string) => {
    await page.goto(url + path);
    await loaded(page);
  };
  await open('/');
  const tile = page.getByText('Held now').locator('xpath=..');
  const home = {
    held: numberIn((await tile.textContent()) ?? '', /(\d+)$/),
    failed: numberIn(await saying(page, /^\d+ deliver(y|ies) failed$/), /(\d+)/),
  };
  const menu = page.getByRole('navigation', { name: 'Main menu' });
  const badge = numberIn((await menu.getByRole('link', { name: 'Issues', exact: true }).textContent()) ?? '', /(\d+)/);
  await open('/deliveries');
  const states = page.getByRole('group', { name: 'Status' });
  await states.getByRole('button').first().waitFor();
  const chip = async (name: string) => {
    const texts = await states.getByRole('button').allTextContents();
    return texts.reduce((sum, text) => sum + numberIn(text, new RegExp(`^${name}\\s*(\\d+)$`)), 0);
  };
  const chips = {
    held: await chip('Held'),
    failed: await chip('Failed'),
    pending: (await chip('Pending')) + (await chip('Retrying')),
  };
  await open('/issues');
  const issues = await column(page, 'Held');
  await open('/connections');
  const rows = await column(page, 'State', /(\d+) held/);
  const connections: Record<string, number> = {};
  for (const id of connectionIds) {
    await open(`/connections/${id}`);
    connections[id] = numberIn(await saying(page, /^\d+ deliver(y|ies) held/), /(\d+)/);
  }
  return { home, badge, chips, issues, connections, rows };
}

/** The numbers of a column of the list on the page. */
async function column(page: Page, name: string, pattern = /(\d+)/): Promise<number[]> {
  if ((await page.getByRole('table').count()) === 0) return [];
  const headers = await page.getByRole('columnheader').allTextContents();
  const at = headers.findIndex((text) => text.trim() === name);
  assert.ok(at >= 0, `${name} of ${headers}`);
  const lines = await page.locator('tbody tr').all();
  const texts = await Promise.all(lines.map((row) => row.locator('th, td').nth(at).textContent()));
  return texts.map((text) => numberIn(text ?? '', pattern)).sort(ascending);
}

const ascending = (a: number, b: number) => a - b;
/** What begins so on the page, together; empty when nothing does. */
const saying = async (page: Page, text: RegExp) =>
  (await page.getByRole('main').getByText(text).allTextContents()).join();
/** The number that a text says; 0 when it says none. */
const numberIn = (text: string, pattern: RegExp) => Number(pattern.exec(text.trim())?.[1] ?? 0);
