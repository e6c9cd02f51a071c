import assert from 'node:assert/strict';
import { test } from 'node:test';
import { embeddedAddresses, parseAddress, specialRange, unmapped } from './special-ranges.ts';

function address(text: string): readonly number[] {
  const parsed = parseAddress(text);
  assert.ok(parsed, text);
  return parsed;
}

test('every special-purpose range is special from its first to its last address, and its neighbours are public', () => {
  const ranges: [first: string, last: string, before: string | null, after: string | null][] = [
    ['0.0.0.0', '0.255.255.255', null, '1.0.0.0'],
    ['10.0.0.0', '10.255.255.255', '9.255.255.255', '11.0.0.0'],
    ['100.64.0.0', '100.127.255.255', '100.63.255.255', '100.128.0.0'],
    ['127.0.0.0', '127.255.255.255', '126.255.255.255', '128.0.0.0'],
    ['169.254.0.0', '169.254.255.255', '169.253.255.255', '169.255.0.0'],
    ['172.16.0.0', '172.31.255.255', '172.15.255.255', '172.32.0.0'],
    ['192.0.0.0', '192.0.0.255', '191.255.255.255', '192.0.1.0'],
    ['192.0.2.0', '192.0.2.255', '192.0.1.255', '192.0.3.0'],
    ['192.31.196.0', '192.31.196.255', '192.31.195.255', '192.31.197.0'],
    ['192.52.193.0', '192.52.193.255', '192.52.192.255', '192.52.194.0'],
    ['192.88.99.0', '192.88.99.255', '192.88.98.255', '192.88.100.0'],
    ['192.168.0.0', '192.168.255.255', '192.167.255.255', '192.169.0.0'],
    ['192.175.48.0', '192.175.48.255', '192.175.47.255', '192.175.49.0'],
    ['198.18.0.0', '198.19.255.255', '198.17.255.255', '198.20.0.0'],
    ['198.51.100.0', '198.51.100.255', '198.51.99.255', '198.51.101.0'],
    ['203.0.113.0', '203.0.113.255', '203.0.112.255', '203.0.114.0'],
    ['224.0.0.0', '255.255.255.255', '223.255.255.255', null],
    ['::', '1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', null, null],
    ['2001::', '2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff', '2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff', '2001:200::'],
    ['2001:db8::', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff', '2001:db7:ffff::', '2001:db9::'],
    ['2002::', '2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff', '2001:ffff::', '2003::'],
    ['2620:4f:8000::', '2620:4f:8000:ffff::', '2620:4f:7fff:ffff::', '2620:4f:8001::'],
    ['3ffe::', '3ffe:ffff::', '3ffd:ffff::', '3fff:1000::'],
    ['3fff::', '3fff:fff:ffff::', null, '3fff:1000::'],
    ['4000::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', '3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', null],
  ];
  for (const [first, last, before, after] of ranges) {
    for (const text of [first, last]) assert.notEqual(specialRange(address(text)), null, text);
    for (const text of [before, after]) if (text !== null) assert.equal(specialRange(address(text)), null, text);
  }
});

test('the range has the name that an operator would look for', () => {
  const names: Record<string, string> = {
    '10.1.2.3': 'private',
    '127.0.0.1': 'loopback',
    '169.254.1.1': 'link-local',
    '::1': 'loopback',
    '::': 'unspecified',
    '::ffff:1.2.3.4': 'IPv4-mapped',
    '64:ff9b::1': 'NAT64',
    'fd00::1': 'unique local',
    'fe80::1': 'link-local',
    '2001::1': 'Teredo',
    '5f00::1': 'not global unicast',
  };
  for (const [text, name] of Object.entries(names)) assert.equal(specialRange(address(text)), name, text);
});

test('an IPv4 address embedded in an IPv6 address is recognised in every notation', () => {
  const carriers: Record<string, string> = {
    '::ffff:10.0.0.1': '10.0.0.1',
    '::ffff:a00:1': '10.0.0.1',
    '::10.0.0.1': '10.0.0.1',
    '::ffff:0:10.0.0.1': '10.0.0.1',
    '64:ff9b::10.0.0.1': '10.0.0.1',
    '64:ff9b:1::10.0.0.1': '10.0.0.1',
    '64:ff9b:1:0a00:0:100::': '10.0.0.1',
    '2002:a00:1::': '10.0.0.1',
    '2002:a9fe:a9fe::1': '169.254.169.254',
    '2001:0:a00:1::': '10.0.0.1',
    '2001:0:808:808:0:0:f5ff:fffe': '10.0.0.1',
    '2606:4700::5efe:10.0.0.1': '10.0.0.1',
    '2606:4700::200:5efe:10.0.0.1': '10.0.0.1',
  };
  for (const [text, inner] of Object.entries(carriers)) {
    const found = embeddedAddresses(address(text)).map((bytes) => bytes.join('.'));
    assert.ok(found.includes(inner), `${text} embeds ${found}`);
  }
  assert.deepEqual(embeddedAddresses(address('::1')), []);
  assert.deepEqual(embeddedAddresses(address('2606:4700::1')), []);
});

test('a mapped address is the IPv4 address', () => {
  assert.deepEqual(unmapped(address('::ffff:10.0.0.1')), [10, 0, 0, 1]);
  assert.deepEqual(unmapped(address('10.0.0.1')), [10, 0, 0, 1]);
});

test('only plain notations are addresses', () => {
  for (const text of [
    '',
    'a',
    '127.1',
    '0x7f.0.0.1',
    '010.0.0.1',
    '1.2.3.4.5',
    '256.1.1.1',
    'fe80::1%eth0',
    '1.2.3.4/8',
    '[::1]',
  ]) {
    assert.equal(parseAddress(text), null, text);
  }
});
