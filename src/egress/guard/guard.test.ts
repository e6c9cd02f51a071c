import assert from 'node:assert/strict';
import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';
import { test } from 'node:test';
import { parseAllowRules } from './allow-list.ts';
import { checkUrl, createGuard, type Guard, isHostAllowed, isOwnUrl, type Listener } from './guard.ts';
import { parseAddress } from './special-ranges.ts';
import { BAD_PORTS } from './target-url.ts';

function guardWith(allow: string, ownListeners: readonly Listener[] = [], isInboxOpen = false): Guard {
  const parsed = parseAllowRules(allow);
  assert.ok(parsed.ok);
  return createGuard({ allow: parsed.rules, ownListeners: () => ownListeners, isInboxOpen: () => isInboxOpen });
}

function isOpen(guard: Guard, url: string): boolean {
  return !('reason' in checkUrl(guard, url));
}

/** Whether the guard allows a named host that DNS resolves to this address. */
function isOpenAt(guard: Guard, url: string, address: string): boolean {
  const target = checkUrl(guard, url);
  const bytes = parseAddress(address);
  assert.ok(bytes);
  return !('reason' in target) && guard.judge(target, bytes) === null;
}

const BLOCKED_HOSTS = [
  // loopback in all notations that some parser accepts
  '127.0.0.1',
  '127.1',
  '127.0.1',
  '127.255.255.254',
  '2130706433',
  '0x7f000001',
  '0x7f.0.0.1',
  '0x7F.1',
  '0177.0.0.1',
  '017700000001',
  '0177.0x0.0.1',
  '127.0.0.1.',
  '127.000.000.001',
  '0x7f.0x0.0x0.0x1',
  '%31%32%37.0.0.1',
  '１２７.０.０.１',
  '127。0。0。1',
  '①②⑦.⓪.⓪.①',
  '127.0.0.0x1',
  '0x7f.00.000.0x01',
  'localhost',
  'LOCALHOST',
  'localhost.',
  'foo.localhost',
  'ｌｏｃａｌｈｏｓｔ',
  // this network
  '0',
  '0.0.0.0',
  '0x0',
  '00',
  '0.1.2.3',
  '0.0',
  // private, link-local, shared and the other special ranges
  '10.0.0.1',
  '10.255.255.255',
  '0xa.1',
  '012.0.0.1',
  '167772161',
  '172.16.0.1',
  '172.31.255.255',
  '2886729729',
  '192.168.0.1',
  '192.168.1',
  '0xc0a80001',
  '3232235521',
  '0300.0250.0.1',
  '169.254.0.1',
  '169.254.169.254',
  '2852039166',
  '0xa9fea9fe',
  '0251.0376.0251.0376',
  '0xa9.254.0251.254',
  '169.16689662',
  '100.64.0.1',
  '100.127.255.255',
  '100.100.100.200',
  '192.0.0.1',
  '192.0.0.192',
  '192.0.2.1',
  '192.31.196.1',
  '192.52.193.1',
  '192.88.99.1',
  '192.175.48.1',
  '198.18.0.1',
  '198.19.255.255',
  '198.51.100.1',
  '203.0.113.1',
  '224.0.0.1',
  '239.255.255.255',
  '240.0.0.1',
  '255.255.255.255',
  '4294967295',
  '168.63.129.16',
  // IPv6
  '[::]',
  '[::1]',
  '[0:0:0:0:0:0:0:1]',
  '[0000:0000:0000:0000:0000:0000:0000:0001]',
  '[::0:1]',
  '[::127.0.0.1]',
  '[::7f00:1]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[::FFFF:7F00:0001]',
  '[0:0:0:0:0:ffff:127.0.0.1]',
  '[::ffff:10.0.0.1]',
  '[::ffff:169.254.169.254]',
  '[::ffff:a9fe:a9fe]',
  '[::ffff:8.8.8.8]',
  '[::8.8.8.8]',
  '[::ffff:0:127.0.0.1]',
  '[::ffff:0:8.8.8.8]',
  '[64:ff9b::127.0.0.1]',
  '[64:ff9b::a00:1]',
  '[64:ff9b::8.8.8.8]',
  '[64:ff9b:1::10.0.0.1]',
  '[100::1]',
  '[100:0:0:1::1]',
  '[2001::1]',
  '[2001:0:4136:e378:8000:63bf:3fff:fdd2]',
  '[2001:1::1]',
  '[2001:2::1]',
  '[2001:3::1]',
  '[2001:4:112::1]',
  '[2001:10::1]',
  '[2001:20::1]',
  '[2001:30::1]',
  '[2001:db8::1]',
  '[2002:7f00:1::]',
  '[2002:a00:1::1]',
  '[2002:808:808::1]',
  '[2620:4f:8000::1]',
  '[3ffe::1]',
  '[3fff::1]',
  '[4000::1]',
  '[5f00::1]',
  '[fc00::1]',
  '[fd00::1]',
  '[fd00:ec2::254]',
  '[fe80::1]',
  '[febf::1]',
  '[fe80::a9fe:a9fe]',
  '[fec0::1]',
  '[ff02::1]',
  '[ff0e::1]',
  '[2606:4700::5efe:10.0.0.1]',
  '[200::1]',
];

test('every spelling of an address that is not public is refused without DNS', () => {
  const guard = guardWith('');
  assert.ok(BLOCKED_HOSTS.length >= 110);
  for (const host of BLOCKED_HOSTS) assert.ok(!isOpen(guard, `http://${host}/`), host);
});

test('public addresses and names pass', () => {
  const guard = guardWith('');
  for (const host of [
    '8.8.8.8',
    '1.1.1.1',
    '134744072',
    '[2606:4700:4700::1111]',
    '[2a00:1450::1]',
    'example.com',
    'localhost.example.com',
    'bücher.example',
    '100.63.255.255',
  ]) {
    assert.ok(isOpen(guard, `https://${host}/x?y#z`), host);
  }
});

test('a name is judged by each of its addresses', () => {
  const guard = guardWith('');
  assert.ok(isOpenAt(guard, 'http://example.com/', '8.8.8.8'));
  for (const address of [
    '127.0.0.1',
    '10.0.0.1',
    '::1',
    '::ffff:10.0.0.1',
    '::ffff:8.8.8.8',
    '64:ff9b::808:808',
    'fe80::1',
    '168.63.129.16',
  ]) {
    assert.ok(!isOpenAt(guard, 'http://example.com/', address), address);
  }
});

test('URLs that parsers read differently are refused', () => {
  const guard = guardWith('');
  const urls = [
    '',
    'example.com',
    '//example.com/',
    '/path',
    'ftp://example.com/',
    'file:///etc/passwd',
    'javascript:1',
    'gopher://example.com/',
    'http:example.com',
    'http:/example.com',
    'http:///example.com',
    'http://',
    'http://?x',
    'https://#',
    'http://user@example.com/',
    'http://user:secret@example.com/',
    'http://@example.com/',
    'http://:@example.com/',
    'http://example.com\\@10.0.0.1/',
    'http:\\\\example.com',
    'http://example.com/a\\b',
    'http://example.com/\r\nX: y',
    'http://exam\tple.com/',
    ' http://example.com/',
    'http://example.com/ ',
    'http://example.com/a b',
    'http://example.com/\u0000',
    'http://example.com/\u007f',
    'http://example.com/\u0085',
    'http://example.com:0/',
    'http://example.com:65536/',
    'http://example.com:-1/',
    'http://example.com:x/',
    'http://example.com:80:80/',
    'http://[::1',
    'http://[fe80::1%25eth0]/',
    'http://1.2.3.4.5/',
    'http://256.256.256.256/',
    'http://exa%00mple.com/',
    'http://a..b%2f/',
    'http://example.com:80@10.0.0.1/',
    'http://[::ffff:127.0.0.1%25]/',
    'http://0x100000000/',
  ];
  for (const url of urls) assert.ok(!isOpen(guard, url), JSON.stringify(url));
});

test('ports of other protocols are refused, even when allowed', () => {
  const guard = guardWith('10.0.0.0/8');
  for (const port of BAD_PORTS) assert.ok(!isOpen(guard, `http://10.0.0.1:${port}/`), String(port));
  for (const port of [80, 443, 8080, 8787, 65_535]) assert.ok(isOpen(guard, `http://10.0.0.1:${port}/`), String(port));
});

test('an allow rule allows its range, port or host, and nothing else', () => {
  const guard = guardWith('10.0.0.0/8, 192.168.1.1:8080, [fd00::/8]:81, crm.internal:8080');
  assert.ok(isOpen(guard, 'http://10.1.2.3/'));
  assert.ok(isOpen(guard, 'http://[::ffff:10.1.2.3]/'));
  assert.ok(!isOpen(guard, 'http://192.168.1.1/'));
  assert.ok(isOpen(guard, 'http://192.168.1.1:8080/'));
  assert.ok(!isOpen(guard, 'http://[fd00::1]/'));
  assert.ok(isOpen(guard, 'http://[fd00::1]:81/'));
  assert.ok(isOpenAt(guard, 'http://CRM.internal.:8080/', '172.16.0.1'));
  assert.ok(!isOpenAt(guard, 'http://crm.internal/', '172.16.0.1'));
  assert.ok(!isOpenAt(guard, 'http://other.internal:8080/', '172.16.0.1'));
  assert.ok(isOpen(guardWith('::1'), 'http://[::1]/'));
  assert.ok(isOpen(guardWith('127.0.0.0/8'), 'http://localhost/'));
});

test('a private address inside of an allowed tunnel range stays blocked', () => {
  const guard = guardWith('64:ff9b::/96, 2002::/16');
  assert.ok(isOpen(guard, 'http://[64:ff9b::8.8.8.8]/'));
  assert.ok(!isOpen(guard, 'http://[64:ff9b::10.0.0.1]/'));
  assert.ok(!isOpen(guard, 'http://[2002:a00:1::]/'));
  assert.ok(isOpen(guardWith('64:ff9b::/96, 10.0.0.0/8'), 'http://[64:ff9b::10.0.0.1]/'));
});

test('cloud metadata needs its exact address', () => {
  for (const allow of ['0.0.0.0/0, ::/0', '169.254.0.0/16, fd00::/8', 'metadata.internal']) {
    const guard = guardWith(allow);
    for (const host of [
      '169.254.169.254',
      '[::ffff:169.254.169.254]',
      '[64:ff9b::169.254.169.254]',
      '[fd00:ec2::254]',
      '100.100.100.200',
      '168.63.129.16',
    ]) {
      assert.ok(!isOpen(guard, `http://${host}/`), `${allow}: ${host}`);
    }
    assert.ok(!isOpenAt(guard, 'http://metadata.internal/', '169.254.169.254'), allow);
  }
  const exact = guardWith('169.254.169.254:80');
  assert.ok(isOpen(exact, 'http://169.254.169.254/'));
  assert.ok(!isOpen(exact, 'http://169.254.169.254:81/'));
  assert.ok(!isOpen(exact, 'http://169.254.170.2/'));
});

test('a metadata service needs its exact name or address, whatever else is allowed and whatever its address is', () => {
  const everything = guardWith('0.0.0.0/0, ::/0, google.internal, crm.internal');
  for (const name of ['metadata.google.internal', 'METADATA.GOOGLE.INTERNAL.', 'metadata', 'metadata.packet.net'])
    assert.ok(!isOpen(everything, `http://${name}/`), name);
  assert.ok(!isOpenAt(everything, 'http://crm.internal/', 'fd00:c1::a9fe:a9fe'));
  const named = guardWith('metadata.google.internal:80');
  assert.ok(isOpenAt(named, 'http://metadata.google.internal/', '169.254.169.254'));
  assert.ok(!isOpen(named, 'http://metadata.google.internal:81/'));
  assert.ok(!isOpen(named, 'http://169.254.169.254/'));
  assert.ok(!isOpen(named, 'http://metadata.goog/'));
});

test('our own listeners are never reachable, whatever is allowed', () => {
  const everything = '0.0.0.0/0, ::/0, localhost, me.example';
  for (const address of ['127.0.0.1', '0.0.0.0', '::', '::1']) {
    const guard = guardWith(everything, [{ address, port: 8787, hasInbox: true }]);
    for (const host of ['127.0.0.1', '127.0.0.2', 'localhost', '[::1]', '0.0.0.0', '[::]', '[::ffff:127.0.0.1]']) {
      assert.ok(!isOpen(guard, `http://${host}:8787/inbox/a`), `${address}: ${host}`);
      assert.ok(isOpen(guard, `http://${host}:8788/inbox/a`), `${address}: ${host}`);
    }
    assert.ok(!isOpenAt(guard, 'http://me.example:8787/', '127.0.0.1'));
  }
  const database = guardWith(everything, [{ address: 'DB.internal', port: 5432, hasInbox: false }]);
  assert.ok(!isOpenAt(database, 'http://db.internal:5432/', '10.0.0.1'));
  // A listener at an address that this machine does not have: that of a container, or of a port that is forwarded.
  const elsewhere = guardWith(everything, [{ address: '10.0.2.3', port: 8787, hasInbox: false }]);
  for (const address of ['10.0.2.3', '::ffff:10.0.2.3', '64:ff9b::10.0.2.3'])
    assert.ok(!isOpenAt(elsewhere, 'http://me.example:8787/', address), address);
  for (const address of ['10.0.2.4', '127.0.0.1'])
    assert.ok(isOpenAt(elsewhere, 'http://me.example:8787/', address), address);
});

test('a URL is that of this server by its address and port, or by a path of the inbox', () => {
  const listeners = [
    { address: '203.0.113.9', port: 80, hasInbox: false },
    { address: '0.0.0.0', port: 8787, hasInbox: true },
  ];
  const own = ['http://127.0.0.1:8787/', 'http://localhost:8787/a', 'http://me.example/inbox/a', 'http://203.0.113.9/'];
  const others = ['http://127.0.0.1:8788/', 'http://me.example:8787/', 'http://203.0.113.9:8787/', 'not a URL'];
  for (const url of own) assert.equal(isOwnUrl(url, listeners), true, url);
  for (const url of others) assert.equal(isOwnUrl(url, listeners), false, url);
});

test('an open inbox makes a listener of ours reachable under /inbox/ alone', () => {
  const own = [
    { address: '127.0.0.1', port: 8787, hasInbox: true },
    { address: '127.0.0.1', port: 5432, hasInbox: false },
  ];
  const guard = guardWith('', own, true);
  const inside = [
    '/inbox/a',
    '/inbox/a/',
    '/inbox/a/b?c=../..',
    '/x/../inbox/a',
    '/inbox/./a',
    '/inbox/x/A%2F1',
    '/inbox/x/a%20b',
    '/inbox/x/%C3%A9%E4%B8%AD',
    '/inbox/x/caf\u00e9',
    '/inbox/x/100%25',
    '/inbox/x/a@b:c,d;e=f',
    '/inbox/x/...',
  ];
  for (const path of inside) {
    assert.ok(isOpen(guard, `http://127.0.0.1:8787${path}`), path);
    assert.ok(isOpen(guard, `http://localhost:8787${path}`), path);
    assert.ok(!isOpen(guard, `http://127.0.0.1:8788${path}`), path);
    assert.ok(!isOpen(guard, `http://127.0.0.1:5432${path}`), path);
  }
  const outside = [
    '/',
    '/api/v1',
    '/inbox',
    '/inbox/',
    '/inbox/../api',
    '/inbox/%2e%2e/api',
    '/inbox/..%2fapi',
    '/inbox//api',
    '/inboxes/a',
    '/Inbox/a',
    '//inbox/a',
    '/inbox/a%5c..',
    '/inbox/%',
    '/inbox/a/%2',
    '/inbox/a%2f..%2f..%2fapi',
    '/inbox/%2fapi',
    '/inbox/a/%2fapi',
    '/inbox/%252e%252e%252fapi',
    '/inbox/%25252e%25252e/api',
    '/inbox/..;/api',
    '/inbox/%2e%2e;x/api',
    '/inbox/.%252e/api',
    '/inbox/%c0%ae%c0%ae/api',
    '/inbox/a%0d%0ax',
    '/inbox/a%00',
    '/%69nbox/a',
    '/inbox%2fa',
  ];
  for (const path of outside) assert.ok(!isOpen(guard, `http://127.0.0.1:8787${path}`), path);
  assert.ok(!isOpen(guardWith('', own, false), 'http://127.0.0.1:8787/inbox/a'));
});

test('a path of any number of nested escapes is not that of the Inbox', () => {
  const own = [{ address: '127.0.0.1', port: 8787, hasInbox: true }];
  assert.ok(!isOpen(guardWith('', own, true), `http://127.0.0.1:8787/inbox/x/%${'25'.repeat(100_000)}`));
});

test("while the addresses of this machine can't be read, the last known ones count", (t) => {
  const guard = guardWith('0.0.0.0/0, ::/0', [{ address: '0.0.0.0', port: 8787, hasInbox: false }]);
  const own = Object.values(os.networkInterfaces()).flatMap((entries) => entries?.map(({ address }) => address) ?? []);
  t.mock.method(os, 'networkInterfaces', () => {
    throw new Error('no file descriptor is left');
  });
  syncBuiltinESMExports();
  t.after(() => {
    t.mock.restoreAll();
    syncBuiltinESMExports();
  });
  for (const address of own)
    assert.ok(!isOpenAt(guard, 'http://me.example:8787/', address.replace(/%.*$/, '')), address);
  assert.ok(isOpenAt(guard, 'http://crm.example:8787/', '203.0.114.1'));
});

test('a refusal states the reason, and who can allow it', () => {
  const result = checkUrl(guardWith(''), 'http://10.0.0.1/');
  assert.ok('reason' in result);
  assert.equal(
    result.reason,
    "10.0.0.1 can't be reached: it is in a blocked address range (private). The person who runs this server can allow it with MILLRACE_EGRESS_ALLOW",
  );
});

test("a host is the operator's own when a rule names it or its address", () => {
  const parsed = parseAllowRules('10.0.0.0/8:8080, crm.internal, 127.0.0.1');
  assert.ok(parsed.ok);
  for (const url of [
    'http://10.1.1.1:8080/',
    'http://crm.internal/token',
    'http://localhost:9000/',
    'http://127.0.0.1/',
  ]) {
    assert.ok(isHostAllowed(parsed.rules, url), url);
  }
  for (const url of ['http://10.1.1.1/', 'http://example.com/', 'http://[::1]/', 'nonsense']) {
    assert.ok(!isHostAllowed(parsed.rules, url), url);
  }
  const everything = parseAllowRules('0.0.0.0/0, ::/0');
  assert.ok(everything.ok && !isHostAllowed(everything.rules, 'http://example.com/'));
});
