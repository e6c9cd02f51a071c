import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kindOf, requestTo, responseOf } from '../egress.conformance.ts';
import { openEgress } from './testing/open-egress.testing.ts';
import { dnsPeer, httpPeer } from './testing/peers.testing.ts';

test('a name is sent to a checked address, with its own Host', async () => {
  await using dns = await dnsPeer({ 'hook.test': ['127.0.0.1'] });
  await using peer = await httpPeer((request, response) => void response.end(request.headers.host));
  await using egress = openEgress('127.0.0.1', { dnsServers: [dns.address] });
  const response = responseOf(await egress.send(requestTo(`http://Hook.Test:${peer.port}/`)));
  assert.equal(Buffer.from(response.body).toString(), `hook.test:${peer.port}`);
  assert.ok(response.timings.dnsMs !== null);
});

test('one blocked address blocks the name', async () => {
  await using dns = await dnsPeer({
    'mixed.test': ['127.0.0.1', '10.0.0.1'],
    'six.test': ['127.0.0.1', 'fd00::1'],
    'mapped.test': ['127.0.0.1', '::ffff:10.0.0.1'],
    'metadata.test': ['169.254.169.254'],
    'private.test': ['192.168.1.1'],
  });
  await using peer = await httpPeer((_request, response) => void response.end());
  await using egress = openEgress('127.0.0.1, 169.254.0.0/16', { dnsServers: [dns.address] });
  for (const name of ['mixed.test', 'six.test', 'mapped.test', 'metadata.test', 'private.test']) {
    const outcome = await egress.send(requestTo(`http://${name}:${peer.port}/`));
    assert.ok(outcome.kind === 'error' && outcome.error.kind === 'blocked', name);
    // Addresses of internal names must not be revealed.
    assert.doesNotMatch(outcome.error.message, /\d+\.\d+\.\d+\.\d+|fd00/);
    const steps = await egress.probe({ url: `http://${name}:${peer.port}/`, timeoutMs: 5_000 });
    assert.deepEqual(
      steps.map((step) => [step.name, step.ok, step.error?.kind]),
      [
        ['url', true, undefined],
        ['dns', false, 'blocked'],
      ],
    );
  }
  assert.equal(peer.connections(), 0);
});

test('an address that does not answer is skipped for the next one', async () => {
  await using dns = await dnsPeer({ 'two.test': ['127.0.0.2', '127.0.0.1'] });
  await using peer = await httpPeer((_request, response) => void response.end());
  await using egress = openEgress('127.0.0.0/8', { dnsServers: [dns.address] });
  responseOf(await egress.send(requestTo(`http://two.test:${peer.port}/`)));
});

test('a name whose address changed is checked again for each socket', async () => {
  const names: Record<string, string[]> = { 'rebind.test': ['127.0.0.1'] };
  await using dns = await dnsPeer(names);
  await using peer = await httpPeer((_request, response) => void response.setHeader('connection', 'close').end());
  await using egress = openEgress('127.0.0.1', { dnsServers: [dns.address] });
  responseOf(await egress.send(requestTo(`http://rebind.test:${peer.port}/`)));
  names['rebind.test'] = ['10.0.0.1'];
  assert.equal(kindOf(await egress.send(requestTo(`http://rebind.test:${peer.port}/`))), 'blocked');
});

test('a name that does not exist, and DNS that does not answer, have their own errors', async () => {
  await using dns = await dnsPeer({});
  await using egress = openEgress('', { dnsServers: [dns.address] });
  const unknown = await egress.send(requestTo('http://unknown.test/'));
  assert.ok(unknown.kind === 'error' && unknown.error.kind === 'dns');
  assert.match(unknown.error.message, /unknown\.test does not exist/);
  const silent = await egress.send(requestTo('http://silent.test/', { connectTimeoutMs: 100 }));
  assert.ok(silent.kind === 'error' && silent.error.kind === 'dns');
  assert.match(silent.error.message, /did not answer for silent\.test within 100 ms/);
  const hurried = await egress.send(requestTo('http://silent.test/', { timeoutMs: 100 }));
  assert.equal(kindOf(hurried), 'dns');
  const steps = await egress.probe({ url: 'http://silent.test/', timeoutMs: 100 });
  assert.deepEqual(
    steps.map((step) => [step.name, step.ok]),
    [
      ['url', true],
      ['dns', false],
    ],
  );
});

test('DNS does not decide the address of localhost', async () => {
  await using dns = await dnsPeer({ localhost: ['8.8.8.8'] });
  await using peer = await httpPeer((_request, response) => void response.end());
  await using egress = openEgress('127.0.0.1', { dnsServers: [dns.address] });
  responseOf(await egress.send(requestTo(`http://localhost:${peer.port}/`)));
});

test('an invalid DNS server is refused at the start', () => {
  assert.throws(() => openEgress('', { dnsServers: ['dns.example'] }));
});
