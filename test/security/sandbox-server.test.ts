import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestApp, wire } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { startReceiver } from '../support/receiver.ts';
import type { Attack } from './sandbox/attack.ts';
import { CORPUS } from './sandbox/corpus.ts';

/** Other tests run the whole corpus on the sandbox; this one is about the server around it. */
const EVERY = 10;
const LEAKS = /\bat [\w.]+ \(|\bat (?:file|node):|node_modules|\/src\/|wasm/;

test('a running server answers previews of hostile templates, reveals no internals, and continues to deliver', async (t) => {
  await using receiver = await startReceiver();
  await using app = await startTestApp({ MILLRACE_SANDBOX_TIME_MS: '20' });
  const healthy = await wire(app, receiver, { destination: { template: '{"n":{{ it.data[0].n }}}' } });

  const attacks = Object.values(CORPUS).flat();
  const statuses = new Map<number, number>();
  const faults: string[] = [];
  let sent = 0;
  for (const [i, attack] of attacks.entries()) {
    if (i % EVERY !== 0) continue;
    const [answer] = await Promise.all([
      app.fetch(`/api/v1/destinations/${healthy.destination.id}/preview`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: previewOf(attack),
      }),
      healthy.send({ n: sent++ }),
    ]);
    const text = await answer.text();
    statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
    if (answer.status >= 500) faults.push(`${attack.does}: ${answer.status} ${text.slice(0, 200)}`);
    if (LEAKS.test(text)) faults.push(`${attack.does} is told of the inside: ${text.slice(0, 500)}`);
  }
  assert.deepEqual(faults, []);

  await eventually('all deliveries to arrive', () => receiver.at('/in').length >= sent);
  const arrived = receiver.at('/in').map(({ body }) => Number(JSON.parse(body).n));
  assert.deepEqual(
    arrived.sort((a, b) => a - b),
    Array.from({ length: sent }, (_, n) => n),
  );
  assert.equal('polluted' in {}, false);
  t.diagnostic(`answers ${JSON.stringify([...statuses])}`);
});

function previewOf({ template, path, headers = {}, data = '[{}]' }: Attack): string {
  const list = Object.entries(headers).map(([name, value]) => ({ name, value }));
  const draft = { template, ...(path === undefined ? {} : { path }), settings: { headers: list } };
  // The data as sent: parsing them first would remove a part of the attack.
  return `{"data":${data},"draft":${JSON.stringify(draft)}}`;
}
