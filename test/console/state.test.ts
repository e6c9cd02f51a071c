import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { wire } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { startReceiver } from '../support/receiver.ts';
import { barriers, barriersInAllLooks, openTab, startConsole, visit } from './browser.ts';
import { countedHand } from './counted-hand.ts';

test('Home, the list, an issue, a connection and the metrics show the same numbers, and none of what was resolved', async () => {
  await using receiver = await startReceiver();
  await using running = await startConsole();
  const { app, browser } = running;
  const { client } = app;
  const orders = await wire(app, receiver, { connection: { name: 'CRM' }, destination: { name: 'Orders' } });
  const mails = await wire(app, receiver, { connection: { name: 'Mail' }, destination: { name: 'Send' } });
  const params = { id: mails.connection.id };
  await client.call('changeConnection', { params, body: { status: 'paused' } });
  await mails.deliver({ n: 1 }, 'held');
  await mails.deliver({ n: 2 }, 'held');
  receiver.answer('/in', { status: 422 });
  for (const n of [1, 2, 3]) await orders.deliver({ n }, 'failed');
  const replay = async () => {
    const filter = { destinationId: orders.destination.id, status: 'failed' as const };
    const { id } = (await client.call('createReplay', { body: { of: 'deliveries', filter } })) as { id: string }; // without `plan`
    await eventually(
      'the replay is done',
      async () => (await client.call('getReplay', { params: { id } })).state === 'done',
    );
  };
  await replay();

  // Three orders and their three failed repetitions are three things to decide about.
  const { held, failed, connections } = await client.call('getState');
  assert.deepEqual([held, failed], [2, 3]);
  assert.deepEqual(
    connections.map(({ id, held, failed }) => [id, held, failed]),
    [
      [orders.connection.id, 0, 3],
      [mails.connection.id, 2, 0],
    ],
  );
  const metrics = async () => (await app.fetch('/metrics')).text();
  const text = await metrics();
  assert.match(text, new RegExp(`millrace_connection_held\\{connection="${mails.connection.id}"\\} 2`));
  assert.match(text, new RegExp(`millrace_connection_failed\\{connection="${orders.connection.id}"\\} 3`));

  await using tab = await openTab(browser, { url: app.url });
  const { page } = tab;
  await page.getByText('3 deliveries failed').waitFor();
  const tile = page.getByText('Held now').locator('xpath=..');
  await tile.getByRole('link', { name: '2', exact: true }).waitFor();
  assert.deepEqual(await barriers(page), []);
  await page.getByRole('link', { name: 'View failed deliveries' }).click();
  const states = page.getByRole('group', { name: 'Status' });
  await states.getByRole('button', { name: /^Failed 3$/, pressed: true }).waitFor();
  assert.equal(
    await page
      .getByRole('region', { name: 'Deliveries' })
      .getByRole('link', { name: /^Failed/ })
      .count(),
    3,
  );
  await states.getByRole('button', { name: /^Failed · resolved 3$/ }).click();
  await page.waitForURL(/unresolved=false/);
  await states.getByRole('button', { name: /^Failed · resolved 3$/, pressed: true }).waitFor();
  await states.getByRole('button', { name: /^Held 2$/ }).waitFor();
  assert.deepEqual(await barriers(page), []);
  const [issue] = (await client.call('listIssues')).data;
  await visit(page, `/issues/${issue?.id}`);
  const undelivered = page.getByText('Still undelivered').locator('xpath=..');
  await undelivered.getByText('3', { exact: true }).waitFor();
  await visit(page, `/connections/${mails.connection.id}`);
  await page
    .getByText(/2 deliveries/)
    .first()
    .waitFor();

  // After the fix nothing is red.
  receiver.answer('/in', { status: 200 });
  await replay();
  await client.call('changeConnection', { params, body: { status: 'enabled' } });
  const nothing = { held: 0, failed: 0, pending: 0, sending: 0, oldestPendingAt: null };
  await eventually('nothing is left', async () => {
    const { connections: _, destinations: __, ...all } = await client.call('getState');
    return isDeepStrictEqual(all, nothing);
  });
  assert.doesNotMatch(await metrics(), /millrace_connection_(held|failed)\{/);
  await page.goto(`${app.url}/deliveries`);
  await states.getByRole('button', { name: /^Failed · resolved 6$/ }).waitFor();
  assert.equal(await states.getByRole('button', { name: /^Failed \d/ }).count(), 0);
  await visit(page, `/issues/${issue?.id}`);
  await undelivered.getByText('0', { exact: true }).waitFor();
  await visit(page, '/');
  await tile.getByText('None', { exact: true }).waitFor();
  assert.equal(await page.getByText(/deliver(y|ies) failed/).count(), 0);
  assert.deepEqual(tab.problems, []);
});

test('resuming is one click to a drain on view: what is left, the rate and Pause, on the tab where one is', async () => {
  await using receiver = await startReceiver();
  await using running = await startConsole();
  const { app, browser } = running;
  const { client } = app;
  const settings = { rate: { limit: 4, perMs: 1_000 } };
  // At this rate they take minutes: longer than the page is looked at in all looks.
  const many = 900;
  const crm = await wire(app, receiver, { connection: { name: 'CRM', settings }, destination: { name: 'Orders' } });
  const params = { id: crm.connection.id };
  await client.call('changeConnection', { params, body: { status: 'paused' } });
  await crm.send(...Array.from({ length: many }, (_, n) => ({ n })));
  await eventually('all are held', async () => (await client.call('getState')).held === many);
  await using tab = await openTab(browser, { url: app.url, path: `/connections/${params.id}?tab=activity` });
  const { page } = tab;
  await page.getByText(`${many} deliveries held.`).waitFor();
  const { click, clicks } = countedHand();
  await click(page.getByRole('button', { name: 'Resume' }));
  await page.getByText(`Sending ${many} held deliveries`).waitFor();
  await page.getByText(/^\d+ left · \d+\/s$/).waitFor();
  assert.ok(clicks() <= 1, `${clicks()} clicks`);
  await page.getByRole('tab', { name: 'Activity', selected: true }).waitFor();
  assert.deepEqual(await barriersInAllLooks(page), []);
  await page.getByRole('button', { name: 'Pause sending' }).click();
  await page.getByText('This connection is paused').waitFor();
  assert.equal(await page.getByText(`Sending ${many} held deliveries`).count(), 0);
  await client.call('changeConnection', { params, body: { settings: { rate: { limit: null } } } });
  const { held } = await client.call('getState');
  assert.ok(held > 0 && held < many, `${held} are held again`);
  await page.reload();
  await page.getByText(`${held} deliveries held.`).waitFor();
  await page.getByRole('button', { name: 'Resume' }).click();
  await page.getByText(`${held} held deliveries sent`).waitFor();
  await page.getByRole('tab', { name: 'Activity', selected: true }).waitFor();
  assert.equal(receiver.requests.length, many);
  assert.deepEqual(tab.problems, []);
});
