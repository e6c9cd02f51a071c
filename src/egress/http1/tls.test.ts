import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requestTo, responseOf } from '../egress.conformance.ts';
import { openEgress } from './testing/open-egress.testing.ts';
import { dnsPeer, httpPeer, httpsPeer, pem, rawPeer } from './testing/peers.testing.ts';

const CA = { ca: pem('ca.crt') };

function certificate(name: string): { cert: string; key: string } {
  return { cert: pem(`${name}.crt`), key: pem(`${name}.key`) };
}

async function failureAt(url: string, tls: object = CA): Promise<{ kind: string; message: string }> {
  await using egress = openEgress();
  const outcome = await egress.send(requestTo(url, { tls }));
  assert.equal(outcome.kind, 'error');
  const steps = await egress.probe({ url, tls, timeoutMs: 5_000 });
  assert.deepEqual(
    steps.map((step) => [step.name, step.ok]),
    [
      ['url', true],
      ['dns', true],
      ['connect', true],
      ['tls', false],
    ],
  );
  assert.deepEqual(steps[3]?.error, outcome.kind === 'error' ? outcome.error : null);
  return outcome.kind === 'error' ? outcome.error : { kind: '', message: '' };
}

test('a verified certificate is accepted by name and by address, and its handshake is timed', async () => {
  await using peer = await httpsPeer(certificate('server'), (_request, response) => void response.end('ok'));
  await using egress = openEgress();
  for (const host of ['localhost', '127.0.0.1']) {
    const response = responseOf(await egress.send(requestTo(`https://${host}:${peer.port}/`, { tls: CA })));
    assert.ok(response.timings.tlsMs !== null && response.timings.connectMs !== null);
    const again = responseOf(await egress.send(requestTo(`https://${host}:${peer.port}/`, { tls: { ...CA } })));
    assert.equal(again.timings.tlsMs, null);
  }
  assert.equal(peer.connections(), 2);
  const steps = await egress.probe({ url: `https://localhost:${peer.port}/`, tls: CA, timeoutMs: 5_000 });
  assert.deepEqual(
    steps.map((step) => step.ok),
    [true, true, true, true],
  );
  assert.match(steps[3]?.detail ?? '', /TLSv1\.3, certificate of localhost/);
});

test('trust of one connection does not extend to another', async () => {
  await using peer = await httpsPeer(certificate('server'), (_request, response) => void response.end('ok'));
  await using egress = openEgress();
  const url = `https://localhost:${peer.port}/`;
  responseOf(await egress.send(requestTo(url, { tls: CA })));
  const outcome = await egress.send(requestTo(url));
  assert.ok(outcome.kind === 'error' && outcome.error.kind === 'tls');
});

test('a certificate of an unknown CA, of another host, expired or self-signed is refused with a readable error', async () => {
  const cases: [name: string, tls: object, words: RegExp][] = [
    ['server', {}, /CA that is not trusted/],
    ['other', CA, /for another host name/],
    ['expired', CA, /has expired/],
    ['self', CA, /self-signed/],
  ];
  for (const [name, tls, words] of cases) {
    let requests = 0;
    await using peer = await httpsPeer(certificate(name), (_request, response) => {
      requests++;
      response.end();
    });
    const error = await failureAt(`https://localhost:${peer.port}/`, tls);
    assert.equal(error.kind, 'tls', name);
    assert.match(error.message, words, name);
    assert.equal(requests, 0, name);
  }
});

test('the name of the URL is verified and requested, whatever its address', async () => {
  await using dns = await dnsPeer({ 'elsewhere.example': ['127.0.0.1'], 'wrong.example': ['127.0.0.1'] });
  let serverName = '';
  await using peer = await httpsPeer(
    {
      ...certificate('other'),
      SNICallback: (name, callback) => {
        serverName = name;
        callback(null);
      },
    },
    (_request, response) => void response.end(),
  );
  await using egress = openEgress('127.0.0.1', { dnsServers: [dns.address] });
  responseOf(await egress.send(requestTo(`https://elsewhere.example:${peer.port}/`, { tls: CA })));
  assert.equal(serverName, 'elsewhere.example');
  const wrong = await egress.send(requestTo(`https://wrong.example:${peer.port}/`, { tls: CA }));
  assert.ok(wrong.kind === 'error' && wrong.error.kind === 'tls');
});

test('TLS below 1.2, no TLS at all, and a handshake that hangs or breaks off are TLS errors', async () => {
  await using old = await httpsPeer(
    { ...certificate('server'), minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' },
    () => {},
  );
  assert.equal((await failureAt(`https://localhost:${old.port}/`)).kind, 'tls');

  await using plain = await httpPeer((_request, response) => void response.end());
  const error = await failureAt(`https://localhost:${plain.port}/`);
  assert.equal(error.kind, 'tls');

  await using breaking = await rawPeer((socket) => socket.once('data', () => socket.destroy()));
  assert.equal((await failureAt(`https://localhost:${breaking.port}/`)).kind, 'tls');

  await using hanging = await rawPeer((socket) => socket.resume());
  await using egress = openEgress();
  const hung = await egress.send(requestTo(`https://localhost:${hanging.port}/`, { connectTimeoutMs: 150 }));
  assert.ok(hung.kind === 'error' && hung.error.kind === 'tls');
  assert.match(hung.error.message, /did not finish the TLS handshake within 150 ms/);
});

test('http to a TLS port is a response that is not HTTP, or a reset', async () => {
  await using peer = await httpsPeer(certificate('server'), () => {});
  await using egress = openEgress();
  const outcome = await egress.send(requestTo(`http://localhost:${peer.port}/`));
  assert.ok(outcome.kind === 'error' && ['protocol', 'reset'].includes(outcome.error.kind));
});

test('a connection that requires TLS 1.3 speaks nothing older', async () => {
  const tls = { ...CA, minVersion: 'TLSv1.3' } as const;
  await using older = await httpsPeer({ ...certificate('server'), maxVersion: 'TLSv1.2' }, (_request, response) => {
    response.end('ok');
  });
  const url = `https://localhost:${older.port}/`;
  assert.equal((await failureAt(url, tls)).kind, 'tls');
  await using newer = await httpsPeer(certificate('server'), (_request, response) => void response.end('ok'));
  await using egress = openEgress();
  responseOf(await egress.send(requestTo(url, { tls: CA })));
  responseOf(await egress.send(requestTo(`https://localhost:${newer.port}/`, { tls })));
});

test('a client certificate is presented, and a missing one is named', async () => {
  for (const maxVersion of ['TLSv1.3', 'TLSv1.2'] as const) {
    await using peer = await httpsPeer(
      { ...certificate('server'), ...CA, requestCert: true, rejectUnauthorized: true, maxVersion },
      (_request, response) => void response.end('ok'),
    );
    await using egress = openEgress();
    const url = `https://localhost:${peer.port}/`;
    responseOf(await egress.send(requestTo(url, { tls: { ...CA, ...certificate('client') } })));
    const steps = await egress.probe({ url, tls: { ...CA, ...certificate('client') }, timeoutMs: 5_000 });
    assert.deepEqual([steps.at(-1)?.name, steps.at(-1)?.ok], ['tls', true]);
    const without = await failureAt(url);
    assert.equal(without.kind, 'tls', maxVersion);
    assert.match(without.message, /client certificate/, maxVersion);
    const other = await egress.probe({ url, tls: { ...CA, ...certificate('self') }, timeoutMs: 5_000 });
    assert.deepEqual([other.at(-1)?.name, other.at(-1)?.ok], ['tls', false], maxVersion);
  }
});

test('the reason why a peer refuses a client certificate or the handshake is readable', async () => {
  const reasons: [alert: number, reason: RegExp][] = [
    [40, /requires a client certificate, or there is no common cipher/],
    [42, /does not accept the client certificate/],
    [43, /it is not one for clients/],
    [44, /client certificate of the connection was revoked/],
    [45, /client certificate of the connection has expired/],
    [46, /does not accept the client certificate/],
    [48, /does not trust the client certificate/],
    [49, /does not accept the client certificate/],
    [70, /no TLS version from 1\.2 on/],
    [112, /serves no such host name/],
    [116, /asks for a client certificate/],
  ];
  for (const [alert, reason] of reasons) {
    // A fatal alert as response to the first message (RFC 8446 §6).
    const bytes = Buffer.from([21, 3, 3, 0, 2, 2, alert]);
    await using peer = await rawPeer((socket) => void socket.once('data', () => socket.end(bytes)));
    const error = await failureAt(`https://localhost:${peer.port}/`);
    assert.equal(error.kind, 'tls');
    assert.match(error.message, reason, `alert ${alert}`);
  }
});

test('unreadable certificates and keys are a TLS error that does not quote them', async () => {
  await using peer = await httpsPeer(certificate('server'), () => {});
  const bad: object[] = [
    { ...CA, cert: 'nonsense s3cret', key: 'nonsense s3cret' },
    { ...CA, cert: pem('client.crt'), key: pem('server.key') },
  ];
  for (const tls of bad) {
    const error = await failureAt(`https://localhost:${peer.port}/`, tls);
    assert.equal(error.kind, 'tls');
    assert.doesNotMatch(error.message, /s3cret|BEGIN/);
    assert.match(error.message, /can.t be read as PEM/);
  }
});
