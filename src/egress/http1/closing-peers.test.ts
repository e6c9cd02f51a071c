import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createServer } from 'node:tls';
import { kindOf, requestTo, responseOf } from '../egress.conformance.ts';
import { openEgress } from './testing/open-egress.testing.ts';
import { listen, type Peer, pem, rawPeer } from './testing/peers.testing.ts';
import { threadPeer } from './testing/thread-peer.testing.ts';

const SERVER = { cert: pem('server.crt'), key: pem('server.key') };
const TLS = { tls: { ca: pem('ca.crt') } };

type Protocol = 'plain' | 'TLSv1.2' | 'TLSv1.3';
type End = 'closes' | 'resets';

const HEAD = 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n';
const RESPONSE = `${HEAD}hello`;

/**
 * A peer that ends each connection when it has sent so many bytes of the response to its request number `whole + 1`, and
 * responds to those before.
 */
function cuttingPeer(protocol: Protocol, end: End, bytes: () => number, whole: number): Promise<Peer> {
  const connected = (socket: Parameters<Parameters<typeof rawPeer>[0]>[0], reset: () => void) => {
    let requests = 0;
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on('data', () => {
      if (++requests <= whole) socket.write(RESPONSE);
      else if (end === 'closes') socket.end(RESPONSE.slice(0, bytes()));
      else if (bytes() === 0) reset();
      else socket.write(RESPONSE.slice(0, bytes()), reset);
    });
  };
  if (protocol === 'plain') return rawPeer((socket) => connected(socket, () => socket.resetAndDestroy()));
  const sockets = new Map<number | undefined, () => void>();
  const server = createServer({ ...SERVER, maxVersion: protocol }, (socket) =>
    connected(socket, () => sockets.get(socket.remotePort)?.()),
  );
  server.on('connection', (raw) => sockets.set(raw.remotePort, () => raw.resetAndDestroy()));
  return listen(server);
}

for (const protocol of ['plain', 'TLSv1.2', 'TLSv1.3'] as const)
  for (const end of ['closes', 'resets'] as const) {
    const send = async (egress: ReturnType<typeof openEgress>, peer: Peer) => {
      const origin = `${protocol === 'plain' ? 'http' : 'https'}://localhost:${peer.port}/`;
      return await egress.send(requestTo(origin, protocol === 'plain' ? {} : TLS));
    };

    test(`${protocol}: a peer that ${end} after any byte of a response gives a reset, a cut or a whole response`, async () => {
      let bytes = 0;
      await using peer = await cuttingPeer(protocol, end, () => bytes, 0);
      await using egress = openEgress();
      for (; bytes <= RESPONSE.length; bytes++) {
        const outcome = await send(egress, peer);
        const what = `after ${bytes} bytes: ${JSON.stringify(outcome)}`;
        assert.equal(outcome.resends <= 1, true, what);
        if (bytes < HEAD.length) assert.equal(kindOf(outcome), 'reset', what);
        else {
          const { body, truncated } = responseOf(outcome);
          assert.equal(Buffer.from(body).toString(), RESPONSE.slice(HEAD.length, bytes), what);
          assert.equal(truncated, bytes < RESPONSE.length, what);
        }
      }
    });

    test(`${protocol}: a kept connection that a peer ${end} before the first byte of a response is replaced, and after it is not`, async () => {
      let bytes = 0;
      await using peer = await cuttingPeer(protocol, end, () => bytes, 1);
      for (; bytes <= RESPONSE.length; bytes++) {
        await using egress = openEgress();
        assert.equal(Buffer.from(responseOf(await send(egress, peer)).body).toString(), 'hello');
        const before = peer.connections();
        const outcome = await send(egress, peer);
        const what = `after ${bytes} bytes: ${JSON.stringify(outcome)}`;
        assert.equal(kindOf(outcome), bytes > 0 && bytes < HEAD.length ? 'reset' : 'response', what);
        assert.deepEqual([outcome.resends, peer.connections() - before], bytes === 0 ? [1, 1] : [0, 0], what);
      }
    });
  }

test('the response of a peer that does not read the whole request and closes is received', async () => {
  for (const isTls of [false, true]) {
    await using peer = await threadPeer({ isTls, isEarly: true });
    await using egress = openEgress();
    // More than the system takes at once, so that a part is written after the peer has closed.
    const body = Buffer.alloc(20_000_000);
    for (let i = 0; i < 8; i++) {
      const url = `${isTls ? 'https' : 'http'}://localhost:${peer.port}/`;
      const response = responseOf(await egress.send(requestTo(url, { body, ...(isTls ? TLS : {}) })));
      const { status, resends } = response;
      assert.deepEqual([status, Buffer.from(response.body).toString(), resends], [413, 'big', 0], `isTls: ${isTls}`);
    }
  }
});
