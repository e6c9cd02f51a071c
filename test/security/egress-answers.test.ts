import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, test } from 'node:test';
import { startDnsServer } from '../support/dns-server.ts';
import { type Answer, type Script, startReceiver } from '../support/receiver.ts';
import { startAttackedApp, temporaryDir } from './attacked-app.ts';
import { startCanary, watchDials } from './egress-watch.ts';
import { permissiveEgress } from './permissive-egress.ts';

const canary = await startCanary();
const receiver = await startReceiver();
after(async () => {
  await receiver[Symbol.asyncDispose]();
  await canary[Symbol.asyncDispose]();
});

const there = `http://127.0.0.1:${canary.port}/`;
const leading = (status: number, headers: Record<string, string>, body = ''): Answer => ({ status, headers, body });

/** Responses that ask for another request. */
const answers: [mechanism: string, Script][] = [
  ...[300, 301, 302, 303, 305, 307, 308].map((status): [string, Script] => [
    `${status} and Location`,
    leading(status, { location: there }),
  ]),
  ['a redirect without scheme', leading(302, { location: `//127.0.0.1:${canary.port}/` })],
  ['a redirect to itself first', leading(302, { location: '/r0' })],
  ['a redirect with a user', leading(302, { location: `http://127.0.0.1:${receiver.port}@127.0.0.1:${canary.port}/` })],
  ['a redirect to another scheme', leading(302, { location: 'file:///etc/passwd' })],
  ['201 and Location', leading(201, { location: there })],
  ['Refresh', leading(200, { refresh: `0; url=${there}` })],
  [
    'a page that refreshes',
    leading(200, { 'content-type': 'text/html' }, `<meta http-equiv="refresh" content="0;url=${there}">`),
  ],
  ['Content-Location', leading(200, { 'content-location': there })],
  ['Link preload', leading(200, { link: `<${there}>; rel=preload` })],
  ['Alt-Svc', leading(200, { 'alt-svc': `h2="127.0.0.1:${canary.port}"; ma=3600` })],
  ['a cookie', leading(200, { 'set-cookie': 'a=b; Path=/' })],
  ['401 and Location', leading(401, { location: there, 'www-authenticate': `Bearer realm="${there}"` })],
  ['407', leading(407, { 'proxy-authenticate': 'Basic realm="x"' })],
  ['Retry-After and Location', leading(503, { 'retry-after': '0', location: there })],
  [
    'early hints',
    {
      raw: (socket) =>
        socket.end(
          `HTTP/1.1 103 Early Hints\r\nlink: <${there}>; rel=preconnect\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n`,
        ),
    },
  ],
  [
    'an upgrade',
    { raw: (socket) => socket.end(`HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n`) },
  ],
];

test('one delivery is one request to one address, whatever the response asks for', async () => {
  await using dir = await temporaryDir();
  const env = { MILLRACE_EGRESS_ALLOW: `127.0.0.1:${receiver.port}` };
  for (const [i, [, script]] of answers.entries()) receiver.answer(`/r${i}`, script);
  const oauth = (i: number) => ({
    type: 'oauth2',
    grant: 'client_credentials',
    clientId: 'c',
    clientSecret: 's',
    accessTokenUrl: `${receiver.url}/r${i}`,
  });
  {
    await using egress = permissiveEgress('127.0.0.1:9');
    await using app = await startAttackedApp({ env, dir: dir.path, egress });
    const ids = [];
    for (const i of answers.keys()) ids.push(await app.store(`s${i}`, { baseUrl: receiver.url }, { path: `/r${i}` }));
    await app.act('all', ids);
    await app.fire('all', ids.length);
    assert.ok(canary.accepted() >= 6, `without a guard ${canary.accepted()} were followed`);
  }
  const [before, asked] = [canary.accepted(), receiver.requests.length];
  using dials = watchDials();
  await using app = await startAttackedApp({ env, dir: dir.path });
  const deliveries = await app.withAttempts(await app.fire('all', answers.length));
  for (const one of deliveries) assert.equal(one.attemptLog?.at(-1)?.request?.url.startsWith(receiver.url), true);
  assert.equal(receiver.requests.length - asked, answers.length);
  for (const request of receiver.requests.slice(asked)) assert.equal(request.headers.cookie, undefined);

  for (const i of answers.keys()) {
    const tested = await app.call('POST', '/connections/test', { name: 'x', baseUrl: receiver.url, auth: oauth(i) });
    assert.equal(tested.body['ok'], false, answers[i]?.[0]);
  }
  assert.equal(canary.accepted() - before, 0);
  const allowed = new Set([`127.0.0.1 ${new URL(app.url).port}`, `127.0.0.1 ${receiver.port}`]);
  assert.deepEqual(
    [...dials.places].filter((place) => !allowed.has(place)),
    [],
  );
});

test('a name that changes to a blocked address after it was saved, tested or delivered to is blocked from then on', async () => {
  const GOOD = '127.0.0.9';
  let seen = 0;
  const good = createServer((_request, response) => {
    seen++;
    response.setHeader('connection', 'close').end('{}');
  });
  await new Promise<void>((resolve) => good.listen(canary.port, GOOD, resolve));
  const zone: Parameters<typeof startDnsServer>[0] = {};
  const turn = (address: string) => {
    for (const name of ['a.test', 'b.test', 'c.test']) zone[name] = { records: [{ type: 'A', value: address }] };
  };
  await using dns = await startDnsServer(zone);
  await using dir = await temporaryDir();
  await using app = await startAttackedApp({
    env: { MILLRACE_EGRESS_ALLOW: GOOD, MILLRACE_DNS_SERVERS: dns.address },
    dir: dir.path,
  });
  const before = canary.accepted();
  const baseUrl = (name: string) => `http://${name}.test:${canary.port}`;
  const test = async (name: string) =>
    (await app.call('POST', '/connections/test', { name: 'x', baseUrl: baseUrl(name) })).body['ok'];

  turn(GOOD);
  const ids = [await app.store('a', { baseUrl: baseUrl('a') }), await app.store('b', { baseUrl: baseUrl('b') })];
  await app.act('all', ids);
  assert.equal(await test('c'), true);
  assert.deepEqual(
    (await app.fire('all', 2)).map((one) => one.status),
    ['delivered', 'delivered'],
  );
  const delivered = seen;
  for (const address of ['127.0.0.1', '10.0.0.1', '169.254.169.254']) {
    turn(address);
    assert.equal(await test('c'), false);
    assert.deepEqual(
      (await app.fire('all', 2)).map((one) => [one.status, one.reason]),
      [
        ['failed', 'blocked'],
        ['failed', 'blocked'],
      ],
    );
  }
  turn(GOOD);
  assert.deepEqual(
    (await app.fire('all', 2)).map((one) => one.status),
    ['delivered', 'delivered'],
  );
  assert.equal(seen - delivered, 2);
  assert.equal(canary.accepted() - before, 0);
  good.closeAllConnections();
  good.close();
});
