import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { rolldown } from 'rolldown';
import { openTab, startConsole } from '../console/browser.ts';
import { eventually } from '../support/eventually.ts';
import { startReceiver } from '../support/receiver.ts';
import { runShell } from '../support/run-shell.ts';

/** The tabs of the SDKs for pages on the page of a collector. */
const tabs = ['Segment', 'RudderStack', 'Jitsu', 'Snowplow', 'PostHog'];

/**
 * From an empty folder to an event of each SDK on the page Events, by what the console says alone: a collector is made, the lines
 * of each tab are copied into a file, which is bundled with the packages in `folder` and opened in the browser.
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
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { level: 1, name: 'Shop' }).waitFor();
  await using site = await startReceiver();
  for (const name of tabs) {
    const script = await bundled(folder, await copied(page, name));
    site.answer(`/${name}`, { headers: html, body: `<title>Shop</title><script src="/${name}.js"></script>` });
    site.answer(`/${name}.js`, { headers: { 'content-type': 'text/javascript; charset=utf-8' }, body: script });
    const visit = await page.context().newPage();
    await visit.goto(`${site.url}/${name}`);
    await page.getByText(/^Received /).waitFor();
    await eventually(`the event of ${name}`, async () => {
      const { data } = await app.client.call('listEvents', { query: { limit: 50 } });
      return data.some((one) => one.source.format === name.toLowerCase() && /^order.completed$/i.test(one.name ?? ''));
    });
    await visit.close();
    await page.reload();
    // The page calls an event received that came after it had loaded the list.
    await page.getByText(/^(Waiting for events|Received )/).waitFor();
  }
  await runShell(await copied(page, 'CloudEvents'), { curl: 'stand-in' });
  await page.getByText('Received order', { exact: true }).waitFor();
  await page.getByRole('link', { name: 'Events', exact: true }).first().click();
  await page.getByRole('link', { name: 'Order Completed' }).nth(3).waitFor(); // of four SDKs
  await page.getByRole('link', { name: 'order_completed' }).waitFor();
}

const html = { 'content-type': 'text/html' };

async function copied(page: Page, name: string): Promise<string> {
  await page.getByRole('tab', { name, exact: true }).click();
  const panel = page.getByRole('tabpanel', { name, exact: true });
  const [, text] = await Promise.all([
    panel.getByRole('button', { name: 'Copied' }).first().waitFor(),
    panel
      .getByRole('button', { name: 'Copy', exact: true })
      .click()
      .then(() => page.evaluate<string>('navigator.clipboard.readText()')),
  ]);
  return text;
}

async function bundled(folder: string, lines: string): Promise<string> {
  writeFileSync(join(folder, 'snippet.js'), lines);
  await using build = await rolldown({ cwd: folder, input: 'snippet.js', platform: 'browser', logLevel: 'silent' });
  const { output } = await build.generate({ format: 'iife', codeSplitting: false });
  return output[0].code;
}
