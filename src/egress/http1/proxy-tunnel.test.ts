import assert from 'node:assert/strict';
import type { AddressInfo, Socket } from 'node:net';
import { test } from 'node:test';
import { createServer as createTlsServer } from 'node:tls';
import { startProxy } from '../../../test/support/proxy.ts';
import { kindOf, requestTo, responseOf } from '../egress.conformance.ts';
import type { EgressRequest, ProxyOptions } from '../egress.ts';
import { openEgress } from './testing/open-egress.testing.ts';
import { dnsPeer, httpPeer, httpsPeer, pem, rawPeer } from './testing/peers.testing.ts';

const server = { cert: pem('server.crt'), key: pem('server.key') };
const CA = { ca: pem('ca.crt') };

function through(url: string, username: string | null = null, password = ''): { proxy: ProxyOptions } {
  return { proxy: { url, username, password } };
}

test('http and https targets are reached through the proxy at their checked address, with their own Host and name', async () => {
  await using dns = await dnsPeer({ 'hook.test': ['127.0.0.1'], localhost: ['8.8.8.8'] });
  await using proxy = await startProxy();
  const seen: unknown[] = [];
  const names: string[] = [];
  await using plain = await httpPeer((request, response) => {
    seen.push([request.headers.host, request.headers['proxy-authorization'], request.url]);
    response.end('plain');
  });
  await using secured = await httpsPeer(
    {
      ...server,
      SNICallback: (name, callback) => {
        names.push(name);
        callback(null);
      },
    },
    (_request, response) => void response.end('secured'),
  );
  await using egress = openEgress('127.0.0.0/8', { dnsServers: [dns.address] });
  const route = through(proxy.url, 'us', 'pä:ss');
  for (let i = 0; i < 3; i++) {
    const response = responseOf(await egress.send(requestTo(`http://hook.test:${plain.port}/a?b`, route)));
    assert.equal(Buffer.from(response.body).toString(), 'plain');
  }
  const safe = { ...route, tls: CA };
  const response = responseOf(await egress.send(requestTo(`https://localhost:${secured.port}/`, safe)));
  assert.equal(Buffer.from(response.body).toString(), 'secured');
  assert.ok(response.timings.connectMs !== null && response.timings.tlsMs !== null);
  const authorization = `Basic ${Buffer.from('us:pä:ss').toString('base64')}`;
  // One tunnel for three requests: it is kept like any connection.
  assert.deepEqual(
    proxy.connects.map(({ place, headers }) => [place, headers['host'], headers['proxy-authorization']]),
    [plain.port, secured.port].map((port) => [`127.0.0.1:${port}`, `127.0.0.1:${port}`, authorization]),
  );
  assert.deepEqual(seen[0], [`hook.test:${plain.port}`, undefined, '/a?b']);
  assert.deepEqual(names, ['localhost']);
  const steps = await egress.probe({ url: `https://localhost:${secured.port}/`, ...safe, timeoutMs: 5_000 });
  assert.deepEqual(
    steps.map((step) => [step.name, step.ok]),
    [
      ['url', true],
      ['dns', true],
      ['connect', true],
      ['tls', true],
    ],
  );
  assert.match(steps[2]?.detail ?? '', /^Connected to 127\.0\.0\.1:\d+ through the proxy http:\/\/127\.0\.0\.1:\d+$/);
});

test('requests with and without the proxy, or with other credentials for it, share no connection', async () => {
  await using proxy = await startProxy();
  await using peer = await httpPeer((_request, response) => void response.end());
  await using egress = openEgress();
  const url = `http://127.0.0.1:${peer.port}/`;
  for (const route of [{}, through(proxy.url), through(proxy.url, 'a', '1'), through(proxy.url, 'a', '2')])
    for (let i = 0; i < 2; i++) responseOf(await egress.send(requestTo(url, route)));
  assert.deepEqual([proxy.connects.length, peer.connections()], [3, 4]);
});

test('a proxy over https is verified, and is not shown the client certificate', async () => {
  const client = { cert: pem('client.crt'), key: pem('client.key') };
  await using proxy = await startProxy({ tls: { ...server, ...CA } });
  await using peer = await httpsPeer(
    { ...server, ...CA, requestCert: true, rejectUnauthorized: true },
    (_request, response) => void response.end('ok'),
  );
  await using egress = openEgress();
  const url = `https://localhost:${peer.port}/`;
  const tls = { ...CA, ...client };
  responseOf(await egress.send(requestTo(url, { ...through(`https://localhost:${proxy.port}`), tls })));
  assert.deepEqual(
    proxy.connects.map((one) => one.certificate),
    [null],
  );
  const untrusted = await egress.send(requestTo(url, through(`https://localhost:${proxy.port}`)));
  assert.ok(untrusted.kind === 'error' && untrusted.error.kind === 'connect');
  assert.match(untrusted.error.message, /^Proxy localhost:\d+: .*CA that is not trusted/);
});

test('errors at the proxy name the proxy, and nothing reaches the target', async () => {
  await using peer = await httpPeer((_request, response) => void response.end());
  await using proxy = await startProxy();
  await using egress = openEgress('127.0.0.0/8', { dnsServers: [] });
  const url = `http://127.0.0.1:${peer.port}/`;
  const answers: [string, string | ((socket: Socket) => void), RegExp][] = [
    [
      'no credentials',
      'HTTP/1.1 407 Proxy Authentication Required\r\n\r\n',
      /asks for a user name and password \(407\)/,
    ],
    ['forbidden', 'HTTP/1.1 403 Forbidden\r\ncontent-length: 2\r\n\r\nno', /refused to connect to 127.* \(403\)/],
    ['bad gateway', 'HTTP/1.0 502 Bad Gateway\r\n\r\n', /could not connect to 127.* \(502\)/],
    ['a redirect', `HTTP/1.1 302 Found\r\nlocation: ${url}\r\n\r\n`, /\(302\)/],
    ['an interim response', 'HTTP/1.1 100 Continue\r\n\r\n', /\(100\)/],
    ['garbage', 'SSH-2.0-OpenSSH_9.9\r\n\r\n', /is not one of an HTTP proxy/],
    ['binary', '\x15\x03\x01\x00\x02\x02\x16\r\n\r\n', /is not one of an HTTP proxy/],
    ['an endless head', `HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(4_000)}`, /is not one of an HTTP proxy/],
    ['a response in advance', 'HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\n', /is not one of an HTTP proxy/],
    ['hangs up', '', /closed the connection before it answered/],
    ['resets', (socket) => socket.resetAndDestroy(), /closed the connection before it answered/],
    ['half a head', 'HTTP/1.1 200 OK\r\n', /closed the connection before it answered/],
  ];
  for (const [name, answer, words] of answers) {
    proxy.answer(answer);
    const outcome = await egress.send(requestTo(url, through(proxy.url)));
    assert.ok(outcome.kind === 'error' && outcome.error.kind === 'connect', `${name}: ${JSON.stringify(outcome)}`);
    assert.match(outcome.error.message, words, name);
    assert.ok(outcome.error.message.startsWith(`Proxy 127.0.0.1:${proxy.port}: `), name);
    const steps = await egress.probe({ url, ...through(proxy.url), timeoutMs: 5_000 });
    assert.deepEqual([steps.at(-1)?.name, steps.at(-1)?.error], ['connect', outcome.error], name);
  }
  for (const status of [407, 401]) {
    proxy.answer(`HTTP/1.1 ${status} Unauthorized\r\n\r\n`);
    const refused = await egress.send(requestTo(url, through(proxy.url, 'us', 's3cret-pw')));
    assert.ok(refused.kind === 'error');
    assert.match(refused.error.message, new RegExp(`refused its user name and password \\(${status}\\)`));
    assert.doesNotMatch(JSON.stringify(refused), /s3cret|czNjcmV0/);
  }
  proxy.answer(() => {});
  const slow: Partial<EgressRequest> = { ...through(proxy.url), connectTimeoutMs: 80 };
  const late = await egress.send(requestTo(url, slow));
  assert.ok(late.kind === 'error' && late.error.kind === 'connect');
  assert.match(late.error.message, /^Proxy 127\.0\.0\.1:\d+: it did not connect to 127\.0\.0\.1 within 80 ms/);
  assert.equal(peer.connections(), 0);
});

test('an unreachable proxy is named, and its address is checked by the guard like any other', async () => {
  await using dns = await dnsPeer({ 'proxy.test': ['127.0.0.1', '10.0.0.1'] });
  await using peer = await httpPeer((_request, response) => void response.end());
  const gone = await rawPeer(() => {});
  await gone[Symbol.asyncDispose]();
  await using egress = openEgress('127.0.0.0/8', {
    dnsServers: [dns.address],
    ownListeners: () => [{ address: '127.0.0.1', port: 9_999, hasInbox: true }],
    isInboxOpen: () => true,
  });
  const url = `http://127.0.0.1:${peer.port}/`;
  const cases: [proxy: string, kind: string, words: RegExp][] = [
    [`http://127.0.0.1:${gone.port}`, 'connect', /^Proxy 127\.0\.0\.1:\d+: .* refused the connection/],
    ['http://unknown.test:3128', 'dns', /^Proxy unknown\.test:3128: The name unknown\.test does not exist/],
    ['http://10.0.0.1:3128', 'blocked', /^Proxy 10\.0\.0\.1:3128: .*private/],
    ['http://proxy.test:3128', 'blocked', /^Proxy proxy\.test:3128: .*one of its addresses.*private/],
    ['http://169.254.169.254', 'blocked', /metadata/],
    ['http://127.0.0.1:9999', 'blocked', /address of this server/],
    ['http://us:pw@127.0.0.1:3128', 'blocked', /of the proxy's address: the URL has user information/],
    ['socks5://127.0.0.1:1080', 'blocked', /of the proxy's address: the URL must be absolute/],
  ];
  for (const [address, kind, words] of cases) {
    const outcome = await egress.send(requestTo(url, through(address)));
    assert.deepEqual([kindOf(outcome), outcome.resends], [kind, 0], address);
    assert.match(outcome.kind === 'error' ? outcome.error.message : '', words, address);
  }
  assert.equal(peer.connections(), 0);
});

test('a proxy reaches nothing that is blocked: no addresses, names that resolve to them, or our Inbox', async () => {
  await using dns = await dnsPeer({ 'inside.test': ['10.0.0.1'], 'mixed.test': ['8.8.8.8', '::1'] });
  await using proxy = await startProxy();
  await using egress = openEgress(`127.0.0.1:${proxy.port}`, {
    dnsServers: [dns.address],
    ownListeners: () => [{ address: '127.0.0.1', port: 9_999, hasInbox: true }],
    isInboxOpen: () => true,
  });
  const urls = [
    'http://10.0.0.1/',
    'http://[::1]/',
    'http://169.254.169.254/',
    'http://inside.test/',
    'https://mixed.test/',
    'http://127.0.0.1:9999/inbox/a',
    `http://127.0.0.1:${proxy.port + 1}/`,
  ];
  for (const url of urls) assert.equal(kindOf(await egress.send(requestTo(url, through(proxy.url)))), 'blocked', url);
  assert.deepEqual(proxy.connects, []);
});

test('responses over TLS end by their length or with the connection, which is kept, directly and through a proxy', async () => {
  const bodies = [`content-length: 60000\r\n\r\n${'x'.repeat(60_000)}`, `\r\n${'y'.repeat(50_000)}`];
  let connections = 0;
  const peer = createTlsServer(server, (socket) => {
    connections++;
    socket
      .on('error', () => {})
      .on('data', (request) => {
        const isEnding = request.includes('/1 ');
        socket.write(`HTTP/1.1 200 OK\r\n${bodies[isEnding ? 1 : 0]}`);
        if (isEnding) socket.end();
      });
  });
  await new Promise<void>((resolve) => peer.listen(0, '127.0.0.1', resolve));
  const { port } = peer.address() as AddressInfo; // as: it listens on TCP
  await using plain = await startProxy();
  await using secured = await startProxy({ tls: server });
  await using egress = openEgress();
  for (const route of [{}, through(plain.url), through(`https://localhost:${secured.port}`)]) {
    connections = 0;
    for (const path of [0, 0, 1, 0]) {
      const request = requestTo(`https://localhost:${port}/${path}`, { tls: CA, ...route });
      const { body, truncated } = responseOf(await egress.send(request));
      assert.deepEqual([body.length, truncated], [path === 0 ? 60_000 : 50_000, false]);
    }
    assert.equal(connections, 2);
  }
  peer.close();
});
