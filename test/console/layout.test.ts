import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { consolePages } from '../../scripts/console-pages.ts';
import { loaded, openTab, startConsole, visit } from './browser.ts';
import { filledWithDemoData } from './demo-data.ts';

const widths = [1440, 1024, 390];
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

test('no page scrolls sideways or cuts off a control or a state at 1440, 1024 and 390 px', async () => {
  await using running = await startConsole({ MILLRACE_INBOX: 'on' });
  const { app, browser } = running;
  const { client } = app;
  const shown = await filledWithDemoData(app);
  await client.call('createUser', { body: { email: 'a.very.long.name@shop.example' } });
  await using tab = await openTab(browser, { url: app.url, expected: /^40[04] / });
  const { page } = tab;
  const found: string[] = [];
  for (const path of [...consolePages.map((one) => one.path(shown)), ...others]) {
    await visit(page, path);
    for (const width of widths) {
      await page.setViewportSize({ width, height: 900 });
      await loaded(page);
      for (const one of await cutOff(page)) found.push(`${path} at ${width} px: ${one}`);
    }
  }
  assert.deepEqual(found, []);
});

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
