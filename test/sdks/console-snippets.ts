import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { rolldown } from 'rolldown';
import { copiedBy, openTab, startConsole } from '../console/browser.ts';
import { eventually } from '../support/eventually.ts';
import { startReceiver } from '../support/receiver.ts';
import { runShell } from '../support/run-shell.ts';

/** The tabs of the SDKs for pages on the page of a collector, and of our own tag, which needs no package. */
const tabs = ['Segment', 'RudderStack', 'Jitsu', 'Snowplow', 'PostHog', 'Tag'];

/**
 * From an empty folder to an event of each SDK on the page Events, by what the console says alone: a collector is made, the lines
 * of each tab are copied into a file, which is bundled with the packages in `folder` and opened in the browser. CloudEvents are
 * sent by the copied command, and a webhook to the copied URL.
 */
export async function sendByTheConsole(folder: string): Promise<void> {
  await using running = await startConsole();
  const { app, browser } = running;
  await using tab = await openTab(browser, {
    url: app.url,
    path: '/data-collection',
    permissions: ['clipboard-read', 'clipboard-write'],
    // Some SDKs drop the events of automated browsers.
    userAgent: 'Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/153.0.0.0 Safari/537.36',
  });
  const { page } = tab;
  await page.context().addInitScript(`
    Object.defineProperty(navigator, 'webdriver', { value: false });
    Object.defineProperty(navigator, 'userAgentData', { value: undefined });
  `);
  await page.getByRole('link', { name: 'New Collector' }).click();
  await page.getByRole('textbox', { name: 'Collector Name' }).fill('Shop');
  await page.getByRole('checkbox', { name: 'Webhooks' }).check();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { level: 1, name: 'Shop' }).waitFor();
  await using site = await startReceiver();
  for (const name of tabs) {
    const lines = await copied(page, name);
    const isScript = !lines.startsWith('<script');
    const element = isScript ? `<script src="/${name}.js"></script>` : lines;
    site.answer(`/${name}`, { headers: html, body: `<title>Shop</title>${element}` });
    if (isScript) site.answer(`/${name}.js`, { headers: script, body: await bundled(folder, lines) });
    const visit = await page.context().newPage();
    await visit.goto(`${site.url}/${name}`);
    await eventually(`the event of ${name}`, async () => {
      const { data } = await app.client.call('listEvents', { query: { limit: 50 } });
      return data.some(
        (one) => one.source.format === name.toLowerCase() && /^(order.completed|page)$/i.test(one.name ?? ''),
      );
    });
    await page.getByText(/^Received /).waitFor();
    await visit.close();
    await page.reload();
    // The page calls an event received that came after it had loaded the list.
    await page.getByText(/^(Waiting for events|Received )/).waitFor();
  }
  await runShell(await copied(page, 'CloudEvents'), { curl: 'stand-in' });
  await page.getByText('Received order', { exact: true }).waitFor();
  const webhooks = page.getByRole('region', { name: 'Webhook URL' });
  const url = await copiedBy(page, copyOf(webhooks));
  await fetch(url, { method: 'POST', body: '{"type":"order.paid"}', headers: { 'content-type': 'application/json' } });
  await page.getByText('Received order.paid').waitFor();
  await page.getByRole('link', { name: 'Events', exact: true }).first().click();
  await page.getByRole('link', { name: 'Order Completed' }).nth(3).waitFor(); // of four SDKs
  for (const name of ['order_completed', 'page', 'order', 'order.paid'])
    await page.getByRole('link', { name, exact: true }).first().waitFor();
}

const html = { 'content-type': 'text/html' };
const script = { 'content-type': 'text/javascript; charset=utf-8' };

async function copied(page: Page, name: string): Promise<string> {
  await page.getByRole('tab', { name, exact: true }).click();
  return copiedBy(page, copyOf(page.getByRole('tabpanel', { name, exact: true })));
}

const copyOf = (part: Locator) => part.getByRole('button', { name: 'Copy', exact: true });

async function bundled(folder: string, lines: string): Promise<string> {
  writeFileSync(join(folder, 'snippet.js'), lines);
  await using build = await rolldown({ cwd: folder, input: 'snippet.js', platform: 'browser', logLevel: 'silent' });
  const { output } = await build.generate({ format: 'iife', codeSplitting: false });
  return output[0].code;
}
