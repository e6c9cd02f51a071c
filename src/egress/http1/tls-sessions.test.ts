import assert from 'node:assert/strict';
import { constants } from 'node:crypto';
import { test } from 'node:test';
import { createServer, type TlsOptions as ServerOptions, type TLSSocket } from 'node:tls';
import { startProxy } from '../../../test/support/proxy.ts';
import { kindOf, requestTo, responseOf } from '../egress.conformance.ts';
import type { EgressRequest } from '../egress.ts';
import { openEgress } from './testing/open-egress.testing.ts';
import { listen, pem } from './testing/peers.testing.ts';
import { TlsSessions } from './tls-sessions.ts';

const CA = { ca: pem('ca.crt') };
const CLIENT = { cert: pem('client.crt'), key: pem('client.key') };
const VERSIONS = ['TLSv1.2', 'TLSv1.3'] as const;
const RESPONSE = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok';

/** A TLS server that closes each connection after its response, or responds to all when `together` requests have come. */
async function closingPeer(options: ServerOptions = {}, together = 1) {
  const seen: boolean[] = [];
  const held: TLSSocket[] = [];
  const server = createServer({ cert: pem('server.crt'), key: pem('server.key'), ...options }, (socket) => {
    seen.push(socket.isSessionReused());
    socket.on('error', () => {});
    socket.once('data', () => {
      held.push(socket);
      if (held.length >= together) for (const one of held.splice(0)) one.end(RESPONSE);
    });
  });
  const peer = await listen(server);
  return {
    server,
    port: peer.port,
    /** Of each handshake that was completed: whether it resumed a session. */
    seen,
    [Symbol.asyncDispose]: () => peer[Symbol.asyncDispose](),
  };
}

test('a new connection to an origin resumes a TLS session of one before', async () => {
  for (const maxVersion of VERSIONS) {
    await using peer = await closingPeer({ maxVersion });
    await using egress = openEgress();
    for (let i = 0; i < 3; i++)
      responseOf(await egress.send(requestTo(`https://localhost:${peer.port}/`, { tls: { ...CA } })));
    assert.deepEqual(peer.seen, [false, true, true], maxVersion);
  }
});

test('a ticket of TLS 1.3 is used once, a session of TLS 1.2 again and again', async () => {
  for (const maxVersion of VERSIONS) {
    await using first = await closingPeer({ maxVersion });
    await using egress = openEgress();
    const url = `https://localhost:${first.port}/`;
    responseOf(await egress.send(requestTo(url, { tls: CA })));
    // All begin before one of them has brought another session. A server of Node sends two tickets with each whole handshake.
    for (const outcome of await Promise.all(Array.from({ length: 5 }, () => egress.send(requestTo(url, { tls: CA })))))
      responseOf(outcome);
    assert.equal(first.seen.filter((isResumed) => isResumed).length, maxVersion === 'TLSv1.3' ? 2 : 5, maxVersion);
  }
});

test('no session is shared by other names, CAs, client certificates, versions or proxies', async () => {
  await using proxy = await startProxy();
  await using other = await startProxy();
  await using secured = await startProxy({ tls: { cert: pem('server.crt'), key: pem('server.key') } });
  await using peer = await closingPeer();
  await using egress = openEgress();
  const both = { ca: `${CA.ca}${pem('self.crt')}` };
  const through = (url: string, username: string | null) => ({ tls: CA, proxy: { url, username, password: 'x' } });
  const routes: [string, Partial<EgressRequest>][] = [
    ['localhost', { tls: CA }],
    ['127.0.0.1', { tls: CA }],
    ['localhost', { tls: both }],
    ['localhost', { tls: { ...CA, ...CLIENT } }],
    ['localhost', { tls: { ...CA, minVersion: 'TLSv1.3' } }],
    ['localhost', through(proxy.url, null)],
    ['localhost', through(proxy.url, 'us')],
    ['localhost', through(other.url, null)],
    ['localhost', through(`https://localhost:${secured.port}`, null)],
  ];
  for (const [host, route] of routes) responseOf(await egress.send(requestTo(`https://${host}:${peer.port}/`, route)));
  assert.deepEqual(
    peer.seen,
    routes.map(() => false),
  );
  for (const [host, route] of routes) responseOf(await egress.send(requestTo(`https://${host}:${peer.port}/`, route)));
  assert.deepEqual(
    peer.seen.slice(routes.length),
    routes.map(() => true),
  );
});

test('a CA that a connection no longer trusts is not trusted because of a session', async () => {
  await using peer = await closingPeer();
  await using egress = openEgress();
  const url = `https://localhost:${peer.port}/`;
  responseOf(await egress.send(requestTo(url, { tls: CA })));
  assert.equal(kindOf(await egress.send(requestTo(url, { tls: { ca: pem('self.crt') } }))), 'tls');
  assert.equal(kindOf(await egress.send(requestTo(url))), 'tls');
  responseOf(await egress.send(requestTo(url, { tls: CA })));
});

test('an address that is no longer allowed is not reached because of a session', async () => {
  await using peer = await closingPeer();
  let isOwn = false;
  const ownListeners = () => (isOwn ? [{ address: '127.0.0.1', port: peer.port, hasInbox: false }] : []);
  await using egress = openEgress('127.0.0.0/8', { ownListeners });
  const send = () => egress.send(requestTo(`https://127.0.0.1:${peer.port}/`, { tls: CA }));
  responseOf(await send());
  isOwn = true;
  assert.equal(kindOf(await send()), 'blocked');
  assert.equal(peer.seen.length, 1);
});

test('a peer that forgot its sessions gets a whole handshake', async () => {
  for (const maxVersion of VERSIONS) {
    await using peer = await closingPeer({ maxVersion });
    await using egress = openEgress();
    const send = () => egress.send(requestTo(`https://localhost:${peer.port}/`, { tls: CA }));
    responseOf(await send());
    peer.server.setTicketKeys(Buffer.alloc(48, 1));
    responseOf(await send());
    responseOf(await send());
    assert.deepEqual(peer.seen, [false, false, true], maxVersion);
  }
});

test('a peer that fails when it is offered a session gets a second connection without one, and no other offer', async () => {
  await using peer = await closingPeer({ maxVersion: 'TLSv1.2', secureOptions: constants.SSL_OP_NO_TICKET });
  let offers = 0;
  const known = new Set<string>();
  peer.server.on('newSession', (id: Buffer, _session, done) => {
    known.add(id.toString('hex'));
    done();
  });
  peer.server.on('resumeSession', (id: Buffer, done) => {
    const isKnown = known.has(id.toString('hex'));
    if (isKnown) offers++;
    // An error closes the connection.
    done(isKnown ? new Error('no sessions here') : null, null);
  });
  peer.server.on('tlsClientError', () => {});
  await using egress = openEgress();
  for (let i = 1; i <= 3; i++) {
    const { resends } = responseOf(await egress.send(requestTo(`https://localhost:${peer.port}/`, { tls: CA })));
    assert.deepEqual([peer.seen.length, offers, resends], [i, i - 1, 0]);
  }
});

test('a connection test verifies the certificate itself', async () => {
  await using peer = await closingPeer();
  await using egress = openEgress();
  const url = `https://localhost:${peer.port}/`;
  for (let i = 0; i < 2; i++) responseOf(await egress.send(requestTo(url, { tls: CA })));
  const steps = await egress.probe({ url, tls: CA, timeoutMs: 5_000 });
  assert.match(steps.at(-1)?.detail ?? '', /TLSv1\.3, certificate of localhost/);
  assert.deepEqual(peer.seen, [false, true, false]);
});

const session = (size: number, until = 1e9, isSingleUse = true) => ({ bytes: Buffer.alloc(size), isSingleUse, until });

test('a session counts for an hour after its certificate was verified, and no longer than the certificate', () => {
  let now = 1_000;
  const sessions = new TlsSessions(() => now).of('a');
  assert.equal(sessions.until(new Date(Date.now() + 10_000_000)), 3_601_000);
  assert.ok(sessions.until(new Date(Date.now() + 60_000)) <= 61_000);
  sessions.put(session(1, 5_000));
  now = 4_999;
  assert.equal(sessions.has(), true);
  now = 5_000;
  assert.deepEqual([sessions.has(), sessions.take()], [false, null]);
});

test('sessions take bounded memory: those of the longest unused origin go first', () => {
  const all = new TlsSessions(() => 0);
  for (let i = 0; i < 600; i++) all.of('many').put(session(1_000));
  let count = 0;
  while (all.of('many').take() !== null) count++;
  assert.equal(count, 512);
  for (let i = 0; i < 20; i++) all.of(`${i}`).put(session(1024 * 1024, 1e9, i % 2 === 0));
  assert.deepEqual(
    Array.from({ length: 20 }, (_, i) => all.of(`${i}`).has()),
    Array.from({ length: 20 }, (_, i) => i >= 12),
  );
  all.of('15').forget();
  assert.deepEqual([all.of('15').has(), all.of('16').has()], [false, true]);
  all.of('20').put(session(1024 * 1024));
  assert.equal(all.of('12').has(), true, 'what was forgotten takes no room');
});
