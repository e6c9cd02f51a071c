import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { kindOf, requestTo, responseOf } from '../egress.conformance.ts';
import { openEgress } from './testing/open-egress.testing.ts';
import { dnsPeer, httpPeer, pem, rawPeer } from './testing/peers.testing.ts';
import { threadPeer } from './testing/thread-peer.testing.ts';

test('a socket is kept for the next request, which then has no connection timings', async () => {
  await using peer = await httpPeer((_request, response) => void response.end('ok'));
  await using egress = openEgress();
  const first = responseOf(await egress.send(requestTo(`http://localhost:${peer.port}/`)));
  assert.ok(first.timings.dnsMs !== null && first.timings.connectMs !== null && first.timings.tlsMs === null);
  for (const ms of Object.values(first.timings)) assert.match(String(ms), /^(null|\d+(\.\d{1,3})?)$/);
  assert.ok(first.timings.firstByteMs !== null && first.timings.firstByteMs <= first.timings.totalMs);
  for (let i = 0; i < 3; i++) {
    const next = responseOf(await egress.send(requestTo(`http://localhost:${peer.port}/`)));
    assert.deepEqual([next.timings.dnsMs, next.timings.connectMs, next.timings.tlsMs], [null, null, null]);
  }
  assert.equal(peer.connections(), 1);
});

/** A server whose sockets answer once, and are reset on the second request. */
function forgetfulPeer() {
  return rawPeer((socket) => {
    let count = 0;
    socket.on('data', () => {
      count++;
      if (count === 1) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
      else socket.resetAndDestroy();
    });
  });
}

test('a request on a kept socket that turns out closed is sent again at once on a new one', async () => {
  await using peer = await forgetfulPeer();
  await using egress = openEgress();
  const url = `http://127.0.0.1:${peer.port}/`;
  assert.equal(responseOf(await egress.send(requestTo(url))).resends, 0);
  let written = 0;
  const onWritten = () => {
    written += 1;
  };
  const again = responseOf(await egress.send(requestTo(url, { onWritten })));
  assert.deepEqual([again.resends, again.status, peer.connections(), written], [1, 200, 2, 2]);
  assert.ok(again.timings.connectMs !== null);
});

test('a request that must not be sent twice ends as a reset when its kept socket turns out closed', async () => {
  await using peer = await forgetfulPeer();
  await using egress = openEgress();
  const url = `http://127.0.0.1:${peer.port}/`;
  responseOf(await egress.send(requestTo(url)));
  const again = await egress.send({ ...requestTo(url), isOnce: true });
  assert.ok(again.kind === 'error' && again.error.kind === 'reset' && again.resends === 0);
  assert.equal(peer.connections(), 1);
});

test('many kept sockets that were cut cost no failure', async () => {
  await using peer = await httpPeer((_request, response) => void response.end('ok'));
  await using egress = openEgress();
  const url = `http://127.0.0.1:${peer.port}/`;
  const volley = () => Promise.all(Array.from({ length: 40 }, () => egress.send(requestTo(url))));
  for (const outcome of await volley()) responseOf(outcome);
  peer.cut();
  for (const outcome of await volley()) responseOf(outcome);
});

test('a request whose kept socket breaks after the first byte of a response is not sent again', async () => {
  await using peer = await rawPeer((socket) => {
    let count = 0;
    socket.on('data', () => {
      count++;
      if (count === 1) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
      else socket.end('HTTP/1.1 100 Continue\r\n\r\n');
    });
  });
  await using egress = openEgress();
  const url = `http://127.0.0.1:${peer.port}/`;
  responseOf(await egress.send(requestTo(url)));
  const outcome = await egress.send(requestTo(url));
  assert.deepEqual([kindOf(outcome), outcome.resends, peer.connections()], ['reset', 0, 1]);
});

test('a thousand concurrent requests are sent at once, and each gets its own response', async () => {
  const held: (() => void)[] = [];
  await using peer = await httpPeer((request, response) => {
    held.push(() => response.end(request.url));
    if (held.length === 1_000) for (const release of held) release();
  });
  await using egress = openEgress();
  const paths = Array.from({ length: 1_000 }, (_, i) => `/${i}`);
  const outcomes = await Promise.all(
    paths.map((path) => egress.send(requestTo(`http://127.0.0.1:${peer.port}${path}`))),
  );
  assert.deepEqual(
    outcomes.map((outcome) => Buffer.from(responseOf(outcome).body).toString()),
    paths,
  );
});

test('a response that closes its connection does not disturb the next request', async () => {
  await using peer = await httpPeer((_request, response) => void response.setHeader('connection', 'close').end('ok'));
  await using egress = openEgress();
  for (let i = 0; i < 5; i++) {
    const outcome = responseOf(await egress.send(requestTo(`http://127.0.0.1:${peer.port}/`)));
    assert.deepEqual([outcome.resends, outcome.truncated], [0, false]);
  }
  assert.equal(peer.connections(), 5);
});

test('bytes after a response are not the response to the next request', async () => {
  await using peer = await rawPeer((socket) => {
    socket.on('data', () => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nokHTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nforged');
    });
  });
  await using egress = openEgress();
  for (let i = 0; i < 3; i++) {
    const outcome = responseOf(await egress.send(requestTo(`http://127.0.0.1:${peer.port}/`)));
    assert.equal(Buffer.from(outcome.body).toString(), 'ok');
  }
});

test('dispose ends exchanges that are in flight or connecting, as a reset', async () => {
  await using dns = await dnsPeer({});
  await using peer = await rawPeer((socket) => socket.resume());
  const egress = openEgress('127.0.0.0/8', { dnsServers: [dns.address] });
  const sends = [
    ...Array.from({ length: 140 }, () => egress.send(requestTo(`http://127.0.0.1:${peer.port}/`))),
    egress.send(requestTo('http://silent.test/')),
  ];
  while (peer.connections() === 0) await new Promise((resolve) => setImmediate(resolve));
  await egress[Symbol.asyncDispose]();
  for (const outcome of await Promise.all(sends)) assert.equal(kindOf(outcome), 'reset');
});

test('our own listener is reachable only with an open inbox and under /inbox/, on separate sockets', async () => {
  await using peer = await httpPeer((request, response) => void response.end(request.url));
  const ownListeners = () => [{ address: '127.0.0.1', port: peer.port, hasInbox: true }];
  await using open = openEgress('', { ownListeners, isInboxOpen: () => true });
  const url = `http://127.0.0.1:${peer.port}`;
  for (let i = 0; i < 2; i++) {
    assert.equal(
      Buffer.from(responseOf(await open.send(requestTo(`${url}/inbox/a?b=1`))).body).toString(),
      '/inbox/a?b=1',
    );
    for (const path of ['/api/v1/users', '/inbox/../api', '/inbox/%2e%2e/api', '/inbox/..%2fapi', '/inbox//x']) {
      assert.equal(kindOf(await open.send(requestTo(url + path))), 'blocked', path);
    }
  }
  await using closed = openEgress('0.0.0.0/0', { ownListeners });
  assert.equal(kindOf(await closed.send(requestTo(`${url}/inbox/a`))), 'blocked');
});

test('after a cut response the next request is sent on a new socket, or reports why there is none', async () => {
  let isEndless = true;
  const peer = await rawPeer((socket) => {
    const pour = () => socket.writable && socket.write(Buffer.alloc(65_536, 'x'), pour);
    socket.once('data', () => {
      if (isEndless) socket.write('HTTP/1.1 200 OK\r\n\r\n', pour);
      else socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
    });
  });
  await using egress = openEgress();
  const send = () => egress.send(requestTo(`http://127.0.0.1:${peer.port}/`));
  for (let i = 1; i <= 5; i++) {
    const { truncated, timings, resends } = responseOf(await send());
    assert.deepEqual([truncated, timings.connectMs !== null, resends, peer.connections()], [true, true, 0, i]);
  }
  const many = await Promise.all(Array.from({ length: 20 }, send));
  assert.ok(many.every((outcome) => responseOf(outcome).truncated));
  isEndless = false;
  const whole = responseOf(await send());
  assert.deepEqual([whole.truncated, whole.timings.connectMs !== null, peer.connections()], [false, true, 26]);
  isEndless = true;
  peer.cut();
  assert.ok(responseOf(await send()).truncated);
  await peer[Symbol.asyncDispose]();
  assert.deepEqual(kindOf(await send()), 'connect');
});

test('a kept socket is used before a new one is opened, also after a cut response', async () => {
  const release = Promise.withResolvers<void>();
  await using peer = await rawPeer((socket) => {
    socket.on('data', async (request) => {
      const path = request.toString().split(' ')[1];
      if (path === '/bomb') await release.promise;
      const head = path === '/bomb' ? 'content-encoding: gzip' : 'content-length: 2';
      socket.write(`HTTP/1.1 200 OK\r\n${head}\r\n\r\n${path === '/bomb' ? 'x'.repeat(5_000) : 'ok'}`);
    });
  });
  await using egress = openEgress();
  const send = (path: string) => egress.send(requestTo(`http://127.0.0.1:${peer.port}${path}`));
  const bomb = send('/bomb');
  await send('/');
  release.resolve();
  assert.ok(responseOf(await bomb).truncated);
  await nextTurn();
  for (let i = 0; i < 3; i++) assert.equal(responseOf(await send('/')).timings.connectMs, null);
  assert.equal(peer.connections(), 2);
});

test('long responses that arrive at the same time stay separate', async () => {
  const bodyOf = (port: number) => Buffer.from(`${port} `.repeat(50_000));
  const peers = await Promise.all(
    Array.from({ length: 4 }, () =>
      httpPeer((request, response) => {
        const body = bodyOf(request.socket.localPort ?? 0);
        for (let at = 0; at < body.length; at += 3_333) response.write(body.subarray(at, at + 3_333));
        response.end();
      }),
    ),
  );
  await using egress = openEgress();
  const told = await Promise.all(
    peers.flatMap(({ port }) =>
      Array.from({ length: 3 }, async () => {
        const asked = requestTo(`http://127.0.0.1:${port}/`, { responseBytesMax: 1_000_000 });
        return Buffer.compare(responseOf(await egress.send(asked)).body, bodyOf(port));
      }),
    ),
  );
  await Promise.all(peers.map((peer) => peer[Symbol.asyncDispose]()));
  assert.deepEqual(told, Array(12).fill(0));
});

test('bytes that arrive just after a response are not the response to the next request', async () => {
  const forged = 'HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nforged';
  const head = 'HTTP/1.1 200 OK\r\ncontent-length: ';
  // The first read of a socket takes 4,096 bytes: the forged response is in the second one.
  const length = 4_096 - head.length - '0000\r\n\r\n'.length;
  await using peer = await rawPeer((socket) => {
    socket.on('data', () => void socket.write(`${head}${length}\r\n\r\n${'x'.repeat(length)}${forged}`));
  });
  await using egress = openEgress();
  for (let i = 0; i < 3; i++) {
    const { body, resends } = responseOf(await egress.send(requestTo(`http://127.0.0.1:${peer.port}/`)));
    assert.deepEqual([body.length, resends], [length, 0]);
  }
});

test('the body of a response stays the same while later ones arrive', async () => {
  await using peer = await httpPeer((request, response) => void response.end(request.url));
  await using egress = openEgress();
  const paths = Array.from({ length: 50 }, (_, i) => `/${i}`);
  const bodies: Uint8Array[] = [];
  for (const path of paths)
    bodies.push(responseOf(await egress.send(requestTo(`http://127.0.0.1:${peer.port}${path}`))).body);
  assert.deepEqual(
    bodies.map((body) => Buffer.from(body).toString()),
    paths,
  );
});

test('many exchanges that are late at once leave time for other work in between', async () => {
  await using peer = await rawPeer((socket) => socket.resume());
  let [time, stepMs] = [0, 0];
  await using egress = openEgress('127.0.0.0/8', {
    now: () => {
      time += stepMs;
      return time;
    },
  });
  const turns = new Set<number>();
  let turn = 0;
  let isOver = false;
  const sends = Array.from({ length: 100 }, async () => {
    const outcome = await egress.send(requestTo(`http://127.0.0.1:${peer.port}/`, { timeoutMs: 1_000 }));
    turns.add(turn);
    return kindOf(outcome);
  });
  while (peer.connections() < 100) await nextTurn();
  const other = () => {
    turn++;
    if (!isOver) setImmediate(other);
  };
  other();
  time = 1_000;
  stepMs = 0.1;
  assert.deepEqual(new Set(await Promise.all(sends)), new Set(['timeout']));
  isOver = true;
  assert.ok(turns.size >= 10, `${turns.size} turns`);
});

test('a connection is not kept when the next response could be misread', async () => {
  const unkept: [string, Parameters<typeof requestTo>[1], string][] = [
    ['after HEAD', { method: 'HEAD', body: null }, 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n'],
    ['after GET with a body', { method: 'GET', body: 'x' }, 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'],
    ['after DELETE with a body', { method: 'DELETE', body: 'x' }, 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'],
    ['after a 204 that announces a body', {}, 'HTTP/1.1 204 No Content\r\ncontent-length: 2\r\n\r\n'],
    ['after a 304 that announces a body', {}, 'HTTP/1.1 304 X\r\ntransfer-encoding: chunked\r\n\r\n'],
    ['after HTTP/1.0', {}, 'HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok'],
    [
      'before the whole request was sent',
      { body: 'x'.repeat(32_000_000) },
      'HTTP/1.1 413 X\r\ncontent-length: 0\r\n\r\n',
    ],
  ];
  const kept: typeof unkept = [
    ['after GET', { method: 'GET', body: null }, 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'],
    ['after DELETE', { method: 'DELETE', body: null }, 'HTTP/1.1 204 No Content\r\n\r\n'],
    ['after a 204', {}, 'HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n'],
    ['after HTTP/1.0', {}, 'HTTP/1.0 200 OK\r\nconnection: keep-alive\r\ncontent-length: 2\r\n\r\nok'],
    ['after chunks', {}, 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;a=b\r\nx\r\n0\r\nx: y\r\n\r\n'],
  ];
  for (const one of [...unkept, ...kept]) {
    const [name, part, bytes] = one;
    await using peer = await rawPeer((socket) => {
      socket.on('data', (chunk) => {
        if (!chunk.includes('\r\n\r\n')) return;
        socket.write(bytes);
        if (chunk.includes('32000000')) socket.pause();
      });
    });
    await using egress = openEgress();
    for (let i = 0; i < 2; i++) {
      const { truncated, resends } = responseOf(await egress.send(requestTo(`http://127.0.0.1:${peer.port}/`, part)));
      assert.deepEqual([truncated, resends], [false, 0], name);
    }
    assert.equal(peer.connections(), kept.includes(one) ? 1 : 2, name);
  }
});

test('connections over TLS are kept, although they report a written request only after its response', async () => {
  await using peer = await threadPeer({ isTls: true });
  await using egress = openEgress();
  const tls = { ca: pem('ca.crt') };
  let left = 1_000;
  const turn = () => {
    // A busy server: requests that are written in a turn have their responses at its end.
    for (const until = performance.now() + 1; performance.now() < until; );
    if (left > 0) setImmediate(turn);
  };
  turn();
  const sending = async () => {
    while (left-- > 0) responseOf(await egress.send(requestTo(`https://localhost:${peer.port}/`, { tls })));
  };
  await Promise.all(Array.from({ length: 10 }, sending));
  assert.equal((await peer.seen()).connections, 10);
});
