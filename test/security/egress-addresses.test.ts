import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, test } from 'node:test';
import { startDnsServer } from '../support/dns-server.ts';
import { atOnce, type Reply, startAttackedApp, temporaryDir } from './attacked-app.ts';
import { carriers, type Form, malformed, notations, ports, ranges } from './egress-forms.ts';
import { hostileNames, type Name } from './egress-names.ts';
import { startCanary, watchDials } from './egress-watch.ts';
import { permissiveEgress } from './permissive-egress.ts';

/** The one address allowed here, in addition to the canary's. */
const GOOD = '127.0.0.9';

const canary = await startCanary();
const good = createServer(
  (request, response) => void request.resume().on('end', () => response.setHeader('connection', 'close').end('{}')),
);
await new Promise<void>((resolve) => good.listen(canary.port, GOOD, resolve));
const { names, zone } = hostileNames(GOOD);
const dns = await startDnsServer(zone);
after(async () => {
  good.close();
  good.closeAllConnections();
  await dns[Symbol.asyncDispose]();
  await canary[Symbol.asyncDispose]();
});

const at = (url: string) => url.replaceAll('PORT', String(canary.port));
const storable: readonly (Form & Pick<Name, 'ends'>)[] = [
  ...[...notations, ...carriers, ...ranges].map((one) => ({ ...one, ends: 'blocked' as const })),
  ...names.map(({ mechanism, host, ends }) => ({ mechanism, url: `http://${host}:PORT/`, ends })),
];
const isName = ({ mechanism }: Form) => mechanism.startsWith('DNS: ');
const mayBeGood = (row: Form & Partial<Pick<Name, 'ends'>>) => row.ends === 'blocked or good';
const all: readonly Form[] = [...storable, ...malformed, ...ports];

type Steps = { name: string; ok: boolean; detail: string; error?: { kind: string } }[];
const lastStep = ({ body }: Reply) => (body['steps'] as Steps).at(-1); // as the API shows it

test('300 forms of a blocked address are refused by saving, testing, delivering, fetching a token and alerting', async () => {
  await using dir = await temporaryDir();
  const env = { MILLRACE_EGRESS_ALLOW: GOOD, MILLRACE_DNS_SERVERS: dns.address };

  const rows = new Map<string, (typeof storable)[number]>();
  // The control: without a guard all of them are stored and delivered.
  {
    await using egress = permissiveEgress(dns.address);
    await using app = await startAttackedApp({ env, dir: dir.path, egress });
    const ids = await atOnce(storable, ({ url }, i) => app.store(`s${i}`, { baseUrl: at(url) }));
    for (const [i, row] of storable.entries()) rows.set(ids[i] ?? '', row);
    await app.act('all', ids);
    const deliveries = await app.fire('all', storable.length);
    assert.equal(deliveries.filter((one) => one.reason === 'blocked').length, 0);
    const delivered = deliveries.filter((one) => one.status === 'delivered').length;
    assert.ok(delivered >= 80 && canary.accepted() >= 80, `${delivered} delivered, ${canary.accepted()} accepted`);
    assert.ok(egress.reached.size >= 140, `${egress.reached.size} hosts reached`);
  }

  using dials = watchDials();
  const before = canary.accepted();
  await using app = await startAttackedApp({ env, dir: dir.path });
  const failures: string[] = [];
  const expect = (isHeld: boolean, mechanism: string, what: string, seen: unknown) => {
    if (!isHeld) failures.push(`${mechanism}, ${what}: ${JSON.stringify(seen)}`);
  };

  const deliveries = await app.fire('all', storable.length);
  for (const { destinationId, status, errorKind } of deliveries) {
    const row = rows.get(destinationId);
    const isBlocked = status === 'failed' && errorKind === 'blocked';
    const isHeld =
      row?.ends === 'dns' ? status === 'held' && errorKind === 'dns' : isBlocked || row?.ends === 'blocked or good';
    expect(isHeld, row?.mechanism ?? '', 'delivery', [status, errorKind]);
  }

  await atOnce(all, async (row, i) => {
    const { mechanism } = row;
    const baseUrl = at(row.url);
    const saved = await app.call('POST', '/connections', { name: `a${i}`, baseUrl });
    expect(saved.status === (isName(row) ? 201 : 422), mechanism, 'saving', saved);
    const tested = await app.call('POST', '/connections/test', { name: 'x', baseUrl });
    expect(isRefused(tested) || mayBeGood(row), mechanism, 'testing', tested);

    const accessTokenUrl = baseUrl.replace(/^http:/i, 'https:');
    const auth = { type: 'oauth2', grant: 'client_credentials', clientId: 'c', clientSecret: 's', accessTokenUrl };
    const holder = { name: `t${i}`, baseUrl: `http://${GOOD}:${canary.port}`, auth };
    const savedToken = await app.call('POST', '/connections', holder);
    expect(savedToken.status === (isName(row) ? 201 : 422), mechanism, 'saving a token address', savedToken);
    const token = await app.call('POST', '/connections/test', holder);
    const step = token.status === 200 ? lastStep(token) : undefined;
    const isHeld = step?.name === 'token_request' && !step.ok && /\((?:blocked|dns)\)|can.t be used/.test(step.detail);
    expect(isHeld || token.status === 422 || mayBeGood(row), mechanism, 'fetching a token', token);
    if (mayBeGood(row)) return;
    const { type, settings } = alertTo(baseUrl, i);
    const alert = await app.call('POST', '/alerts', { type, name: `a${i}`, settings });
    const told = alert.status === 201 ? await app.call('POST', `/alerts/${alert.body['id']}/test`) : alert;
    const comesToNothing = alert.status === 422 || (told.status === 200 && told.body['ok'] === false);
    expect(comesToNothing, mechanism, `an alert by ${type}`, told);
  });

  assert.deepEqual(failures, []);
  assert.equal(canary.accepted() - before, 0, 'connections to the canary');
  const allowed = new Set([`127.0.0.1 ${new URL(app.url).port}`, `${GOOD} ${canary.port}`]);
  assert.deepEqual(
    [...dials.places].filter((place) => !allowed.has(place)),
    [],
    'connections tried elsewhere',
  );
  const mechanisms = new Set(all.map((one) => one.mechanism));
  assert.ok(mechanisms.size >= 300, `${mechanisms.size} mechanisms`);
});

/** An alert to the host of an address. Neighbouring forms are of one kind: each type of alert is tried with each kind. */
function alertTo(url: string, turn: number): { type: string; settings: Record<string, unknown> } {
  const host = /^https?:[\\/]*(\[[^\]]*\]|[^:/?#]*)/i.exec(url)?.[1] ?? '';
  const people = { from: 'a@shop.example', to: ['b@shop.example'] };
  if (turn % 3 === 0) return { type: 'webhook', settings: { url } };
  if (turn % 3 === 1) return { type: 'slack', settings: { hookUrl: url.replace(/^http:/i, 'https:') } };
  // The rest of the address is invalid in a host.
  const settings = { host: host === '' ? url.slice(0, 250) : host, port: canary.port, ...people };
  return { type: 'email', settings };
}

function isRefused(tested: Reply): boolean {
  if (tested.status === 422) return true;
  const step = lastStep(tested);
  return tested.status === 200 && step?.ok === false && ['blocked', 'dns', 'protocol'].includes(step.error?.kind ?? '');
}
