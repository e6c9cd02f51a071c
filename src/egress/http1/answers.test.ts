import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { kindOf, requestTo, responseOf } from '../egress.conformance.ts';
import { openEgress } from './testing/open-egress.testing.ts';
import { answering, httpPeer, type Peer, rawPeer } from './testing/peers.testing.ts';

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';

/** Short, but long enough for a loaded machine to reach the fault. */
const SHORT = { connectTimeoutMs: 2_000, timeoutMs: 1_000 };

function at(peer: Peer): string {
  return `http://127.0.0.1:${peer.port}/`;
}

async function outcomeOf(peer: Peer, part: Parameters<typeof requestTo>[1] = {}) {
  await using egress = openEgress();
  return await egress.send(requestTo(at(peer), part));
}

test('responses that are not HTTP/1.1 are protocol errors', async () => {
  const garbage: Record<string, string> = {
    'another protocol': 'SSH-2.0-OpenSSH_9.9\r\n',
    binary: '\x16\x03\x01\x00\x00\x00\x00',
    'no version': '200 OK\r\n\r\n',
    'status without number': 'HTTP/1.1 abc OK\r\n\r\n',
    'status 099': 'HTTP/1.1 099 Odd\r\ncontent-length: 0\r\n\r\n',
    'status 000': 'HTTP/1.1 000 Odd\r\ncontent-length: 0\r\n\r\n',
    'an unasked 101': 'HTTP/1.1 101 Switching Protocols\r\n\r\n',
    'an unasked upgrade': 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n',
    'two lengths': 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nokk',
    'length and chunks':
      'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n',
    'a length that is no number': 'HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n',
    'a header line that is none': 'HTTP/1.1 200 OK\r\nno colon\r\n\r\n',
    'one header of 20 KB': `HTTP/1.1 200 OK\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`,
    'a thousand headers': `HTTP/1.1 200 OK\r\n${'name: some value\r\n'.repeat(1_200)}\r\n`,
  };
  for (const [name, bytes] of Object.entries(garbage)) {
    await using peer = await answering(bytes);
    const outcome = await outcomeOf(peer);
    assert.equal(kindOf(outcome), 'protocol', name);
    assert.equal(peer.connections(), 1, name);
  }
});

test('statuses above 599 are returned unchanged', async () => {
  for (const status of [600, 999]) {
    await using peer = await answering(`HTTP/1.1 ${status} Odd\r\ncontent-length: 0\r\n\r\n`);
    assert.equal(responseOf(await outcomeOf(peer)).status, status);
  }
});

test('interim responses are skipped, however they are split', async () => {
  const interim: string[][] = [
    ['HTTP/1.1 100 Continue\r\n\r\n', OK],
    [`HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n${OK}`],
    ['HTTP/1.1 102 Processing\r\n\r\n', 'HTTP/1.1 100 Continue\r\n\r\n', 'HTTP/1.1 199 X\r\n\r\n', OK],
    ['HTTP/', '1.1 1', '00 Continue\r', '\n\r', '\nHTTP/1.1 2', '00 OK\r\ncontent-length: 2\r\n\r\n', 'ok'],
  ];
  for (const pieces of interim) {
    await using peer = await rawPeer((socket) => {
      socket.setNoDelay(true);
      socket.on('data', async () => {
        for (const piece of pieces) {
          socket.write(piece);
          await new Promise((resolve) => setImmediate(resolve));
        }
      });
    });
    await using egress = openEgress();
    for (let i = 0; i < 2; i++) {
      const response = responseOf(await egress.send(requestTo(at(peer))));
      assert.deepEqual([response.status, Buffer.from(response.body).toString()], [200, 'ok'], pieces[0]);
    }
    assert.equal(peer.connections(), 1);
  }
});

test('a response after an interim one that closes the connection is an error, as for other clients', async () => {
  for (const head of [
    'HTTP/1.1 100 Continue\r\nconnection: close',
    'HTTP/1.1 100 Continue\r\nproxy-connection: close',
    'HTTP/1.0 100 Continue',
  ]) {
    await using peer = await answering(`${head}\r\n\r\n${OK}`);
    assert.equal(kindOf(await outcomeOf(peer)), 'protocol', head);
  }
});

test('endless interim responses are a timeout', async () => {
  await using peer = await rawPeer((socket) => {
    const more = () => socket.writable && socket.write('HTTP/1.1 102 Processing\r\n\r\n', () => setImmediate(more));
    socket.once('data', more);
  });
  assert.equal(kindOf(await outcomeOf(peer, SHORT)), 'timeout');
});

test('a peer that accepts and never answers is a timeout', async () => {
  await using peer = await rawPeer((socket) => socket.resume());
  const outcome = await outcomeOf(peer, SHORT);
  assert.equal(kindOf(outcome), 'timeout');
  assert.ok(
    outcome.timings.totalMs >= 250 && outcome.timings.connectMs !== null && outcome.timings.firstByteMs === null,
  );
});

test('the deadline ends a slow head', async () => {
  await using peer = await rawPeer((socket) => {
    const drip = () => socket.writable && socket.write('x', () => setImmediate(drip));
    socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\n', drip));
  });
  const outcome = await outcomeOf(peer, SHORT);
  // A slow head may exceed the size limit before the deadline.
  assert.ok(['timeout', 'protocol'].includes(kindOf(outcome)), JSON.stringify(outcome));
  await using slow = await answering('HTTP/1.1 200 OK\r\nx: y');
  assert.equal(kindOf(await outcomeOf(slow, SHORT)), 'timeout');
});

test('once a head was read the outcome is a response, whatever happens to its body', async () => {
  const head = (status: number) => `HTTP/1.1 ${status} X\r\ncontent-length: 10\r\n\r\nhalf`;
  for (const status of [200, 500]) {
    await using hanging = await answering(head(status));
    const hung = responseOf(await outcomeOf(hanging, SHORT));
    assert.deepEqual([hung.status, Buffer.from(hung.body).toString(), hung.truncated], [status, 'half', true]);

    await using resetting = await answering(head(status), (socket) => socket.end());
    const cut = responseOf(await outcomeOf(resetting));
    assert.deepEqual([cut.status, Buffer.from(cut.body).toString(), cut.truncated], [status, 'half', true]);

    await using dripping = await rawPeer((socket) => {
      const drip = () => socket.writable && socket.write('1\r\nx\r\n', () => setTimeout(drip, 5));
      socket.once('data', () => socket.write(`HTTP/1.1 ${status} X\r\ntransfer-encoding: chunked\r\n\r\n`, drip));
    });
    const dripped = responseOf(await outcomeOf(dripping, SHORT));
    assert.ok(dripped.status === status && dripped.truncated && /^x+$/.test(Buffer.from(dripped.body).toString()));

    await using garbling = await answering(
      `HTTP/1.1 ${status} X\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\nzzz\r\n`,
    );
    const garbled = responseOf(await outcomeOf(garbling));
    assert.deepEqual([garbled.status, Buffer.from(garbled.body).toString(), garbled.truncated], [status, 'ok', true]);
  }
});

test('a body that ends with the connection is complete', async () => {
  await using peer = await answering('HTTP/1.0 200 OK\r\n\r\nall of it', (socket) => socket.end());
  const response = responseOf(await outcomeOf(peer));
  assert.deepEqual([Buffer.from(response.body).toString(), response.truncated], ['all of it', false]);
});

test('a compressed response stays compressed, and only its beginning is read', async () => {
  const bomb = gzipSync(Buffer.alloc(32 * 1024 * 1024));
  await using peer = await httpPeer((_request, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
  });
  const response = responseOf(await outcomeOf(peer));
  assert.deepEqual(Buffer.from(response.body), bomb.subarray(0, 64));
  assert.equal(response.truncated, true);
});

test('an endless response is cut, and its socket closed', async () => {
  await using peer = await rawPeer((socket) => {
    const pour = () => socket.writable && socket.write(Buffer.alloc(65_536, 'x'), pour);
    socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\n\r\n', pour));
  });
  const response = responseOf(await outcomeOf(peer));
  assert.deepEqual([response.body.length, response.truncated], [65_536, true]);
});

test('a cut response is read no further, unless a small remainder keeps the socket', async () => {
  const more = 'x'.repeat(65_537);
  // Each of these stops there; reading on would last until the deadline, longer than a test may take.
  for (const head of ['', 'content-length: 1000000\r\n', 'connection: close\r\ncontent-length: 70000\r\n']) {
    await using peer = await answering(`HTTP/1.1 200 OK\r\n${head}\r\n${more}`);
    const response = responseOf(await outcomeOf(peer, { timeoutMs: 3_600_000 }));
    assert.deepEqual([response.body.length, response.truncated], [65_536, true], head);
  }
  await using peer = await answering(`HTTP/1.1 200 OK\r\ncontent-length: 65537\r\n\r\n${more}`);
  await using egress = openEgress();
  for (let i = 0; i < 2; i++) assert.ok(responseOf(await egress.send(requestTo(at(peer)))).truncated);
  assert.equal(peer.connections(), 1);
});

test('a reset before any byte of a response is a reset, and is not sent twice on a new socket', async () => {
  await using peer = await rawPeer((socket) => socket.once('data', () => socket.resetAndDestroy()));
  const outcome = await outcomeOf(peer);
  assert.deepEqual([kindOf(outcome), outcome.resends, peer.connections()], ['reset', 0, 1]);
  await using closing = await rawPeer((socket) => socket.once('data', () => socket.end()));
  assert.equal(kindOf(await outcomeOf(closing)), 'reset');
});

test('the deadline ends a request body that the peer does not read', async () => {
  await using peer = await rawPeer((socket) => socket.pause());
  const outcome = await outcomeOf(peer, { ...SHORT, body: Buffer.alloc(64 * 1024 * 1024) });
  assert.equal(kindOf(outcome), 'timeout');
});

test('a refused connection names the address', async () => {
  const peer = await rawPeer(() => {});
  await peer[Symbol.asyncDispose]();
  const outcome = await outcomeOf(peer);
  assert.ok(outcome.kind === 'error' && outcome.error.kind === 'connect');
  assert.match(outcome.error.message, /^127\.0\.0\.1:\d+ refused the connection/);
});

test('an error quotes neither the request nor the response', async () => {
  await using peer = await answering('s3cret answer\r\n\r\n');
  const outcome = await outcomeOf(peer, { headers: [['authorization', 'Bearer s3cret']], body: 's3cret' });
  assert.equal(kindOf(outcome), 'protocol');
  assert.doesNotMatch(JSON.stringify(outcome), /s3cret|\bat .*\.js/);
});

test('a response in pieces of one byte is assembled, and cut at its limit', async () => {
  const text = Array.from({ length: 9_000 }, (_, i) => String.fromCharCode(97 + (i % 26))).join('');
  const chunks = [...text].map((letter) => `1\r\n${letter}\r\n`).join('');
  await using peer = await answering(`HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`);
  const whole = responseOf(await outcomeOf(peer));
  assert.deepEqual([Buffer.from(whole.body).toString(), whole.truncated], [text, false]);
  const cut = responseOf(await outcomeOf(peer, { responseBytesMax: 5_000 }));
  assert.deepEqual([Buffer.from(cut.body).toString(), cut.truncated], [text.slice(0, 5_000), true]);
});
