import assert from 'node:assert/strict';
import { test } from 'node:test';
import { doesAllow, parseAllowRules } from './allow-list.ts';
import { parseAddress } from './special-ranges.ts';

function allows(list: string, host: string, port: number, addressText: string): boolean {
  const parsed = parseAllowRules(list);
  assert.ok(parsed.ok, list);
  const address = parseAddress(addressText);
  assert.ok(address);
  return parsed.rules.some((rule) => doesAllow(rule, { host, port, address }));
}

test('a rule allows its range, on its port', () => {
  assert.ok(allows('10.0.0.0/8', 'x', 80, '10.1.2.3'));
  assert.ok(!allows('10.0.0.0/8', 'x', 80, '11.1.2.3'));
  assert.ok(allows('10.0.0.0/8:8080', 'x', 8080, '10.1.2.3'));
  assert.ok(!allows('10.0.0.0/8:8080', 'x', 80, '10.1.2.3'));
  assert.ok(allows('10.1.2.3', 'x', 80, '10.1.2.3'));
  assert.ok(!allows('10.1.2.3', 'x', 80, '10.1.2.4'));
  assert.ok(allows('10.1.2.3:81', 'x', 81, '10.1.2.3'));
  assert.ok(allows('0.0.0.0/0', 'x', 1, '255.1.2.3'));
  assert.ok(!allows('0.0.0.0/0', 'x', 1, '::1'));
  assert.ok(allows('10.1.0.0/15', 'x', 1, '10.0.255.255'));
});

test('IPv6 rules have their port after brackets', () => {
  assert.ok(allows('::1', 'x', 80, '::1'));
  assert.ok(allows('fd00::/8', 'x', 80, 'fdff::1'));
  assert.ok(allows('[::1]:8080', 'x', 8080, '::1'));
  assert.ok(!allows('[::1]:8080', 'x', 80, '::1'));
  assert.ok(allows('[fd00::/8]:8080', 'x', 8080, 'fd00::1'));
  assert.ok(allows('[fd00::]/8:8080', 'x', 8080, 'fd00::1'));
  assert.ok(allows('[fd00::1]', 'x', 80, 'fd00::1'));
});

test('a host rule allows the host, whatever its address, and no other host', () => {
  assert.ok(allows('Crm.Internal.', 'crm.internal', 80, '10.0.0.1'));
  assert.ok(allows('crm.internal:8080', 'crm.internal', 8080, '10.0.0.1'));
  assert.ok(!allows('crm.internal:8080', 'crm.internal', 80, '10.0.0.1'));
  assert.ok(!allows('internal', 'crm.internal', 80, '10.0.0.1'));
  assert.ok(allows('localhost', 'localhost', 80, '127.0.0.1'));
});

test('items are separated by commas, and empty ones are skipped', () => {
  const parsed = parseAllowRules(' 10.0.0.0/8 ,, localhost:1 ,');
  assert.ok(parsed.ok && parsed.rules.length === 2);
  assert.deepEqual(parseAllowRules(''), { ok: true, rules: [] });
});

test('only a rule of a single address is exact', () => {
  const parsed = parseAllowRules('169.254.169.254, 169.254.169.254/32, 169.254.0.0/16, fd00::1/128');
  assert.ok(parsed.ok);
  assert.deepEqual(
    parsed.rules.map((rule) => rule.kind === 'range' && rule.isExact),
    [true, true, false, true],
  );
});

test('an invalid item is reported with its problem', () => {
  const wrong = [
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    'fd00::/129',
    '10.0.0.1:0',
    '10.0.0.1:65536',
    '10.0.0.1:http',
    'host:',
    'http://host',
    'host/8',
    'a b',
    '10.0.0',
    '0x7f.1',
    '*.host',
    '-host',
    '[::1',
    '300.1.1.1',
  ];
  for (const item of wrong) {
    const parsed = parseAllowRules(`10.0.0.0/8,${item}`);
    assert.ok(!parsed.ok, item);
    assert.equal(parsed.problems.length, 1, item);
    assert.ok(parsed.problems[0]?.startsWith(`"${item}": `), item);
  }
});
