import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { openEgress } from './testing/open-egress.testing.ts';
import { dnsPeer, rawPeer } from './testing/peers.testing.ts';

test('a connection for mail is a socket to a checked address, and ends with the egress', async () => {
  await using peer = await rawPeer((socket) => void socket.write('220 ready\r\n'));
  const egress = openEgress();
  const opened = await egress.connect({ host: 'localhost', port: peer.port, timeoutMs: 5_000 });
  assert.ok(opened.kind === 'open');
  const [greeting] = await once(opened.socket, 'data');
  assert.equal(String(greeting), '220 ready\r\n');
  const closed = once(opened.socket, 'close');
  await egress[Symbol.asyncDispose]();
  await closed;
  const late = await egress.connect({ host: 'localhost', port: peer.port, timeoutMs: 5_000 });
  assert.equal(late.kind === 'error' && late.error.kind, 'reset');
});

test('a mail server with a blocked address, an unknown name or a closed port gets its own error', async () => {
  await using peer = await rawPeer(() => {});
  await using dns = await dnsPeer({ 'inside.example': ['127.0.0.1', '10.0.0.1'] });
  await using egress = openEgress('127.0.0.1', { dnsServers: [dns.address] });
  const kindOf = async (host: string, port: number) => {
    const outcome = await egress.connect({ host, port, timeoutMs: 5_000 });
    return outcome.kind === 'error' ? outcome.error.kind : 'open';
  };
  assert.equal(await kindOf('inside.example', peer.port), 'blocked');
  assert.equal(await kindOf('nowhere.example', peer.port), 'dns');
  const { port } = peer;
  await peer[Symbol.asyncDispose]();
  assert.equal(await kindOf('127.0.0.1', port), 'connect');
});
