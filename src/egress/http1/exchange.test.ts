import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requestTo } from '../egress.conformance.ts';
import { requestHead } from './exchange.ts';

const target = { origin: 'http://peer.test', path: '/' };

function headOf(headers: [string, string][], method = 'POST') {
  return requestHead(requestTo('http://peer.test/', { method, headers }), target, 'Millrace/1');
}

/** Why a header is refused; null: it is sent. */
function headerProblem(name: string, value: string): string | null {
  const head = headOf([[name, value]]);
  return typeof head === 'string' ? null : head.reason;
}

test('names that are not tokens and values with line breaks are refused', () => {
  for (const name of ['', 'a b', 'a:', 'a\r\n', 'ä', 'a\u0000', '(a)', 'a/b'])
    assert.notEqual(headerProblem(name, 'x'), null, name);
  for (const value of [
    'a\r\nb: c',
    'a\nb',
    'a\rb',
    'a\u0000',
    'ü',
    '\u007f',
    ' a',
    'a ',
    '\ta',
    'a\u0085',
    'a\u2028b',
  ]) {
    assert.notEqual(headerProblem('x-a', value), null, JSON.stringify(value));
  }
  for (const value of ['', 'a', 'a b\tc', '"~!']) assert.equal(headerProblem('x-a', value), null, value);
});

test("headers that frame or route the message can't be set, in any case", () => {
  for (const name of [
    'Host',
    'CONTENT-LENGTH',
    'transfer-encoding',
    'Connection',
    'Keep-Alive',
    'Upgrade',
    'TE',
    'Trailer',
    'Expect',
    'Proxy-Authorization',
    'proxy-connection',
  ]) {
    assert.notEqual(headerProblem(name, 'x'), null, name);
  }
});

test('a problem quotes the name and never the value', () => {
  assert.doesNotMatch(headerProblem('authorization', 'Bearer s3cret\n') ?? '', /s3cret/);
});

test('the user agent is always ours, and an uncompressed response is requested', () => {
  const start = 'POST / HTTP/1.1\r\nhost: peer.test\r\nconnection: keep-alive\r\n';
  const end = 'user-agent: Millrace/1\r\naccept-encoding: identity\r\n';
  assert.equal(headOf([]), `${start}${end}`);
  const own: [string, string][] = [
    ['User-Agent', 'me'],
    ['Accept-Encoding', 'gzip'],
    ['a', '1'],
    ['A', '2'],
  ];
  assert.equal(headOf(own), `${start}a: 1\r\nA: 2\r\n${end}`);
});

test('methods that change the kind of exchange are refused', () => {
  for (const method of ['CONNECT', 'connect', 'TRACE', 'TRACK', '', 'G ET', 'GET\r\n'])
    assert.notEqual(typeof headOf([], method), 'string', method);
  for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'PROPFIND'])
    assert.equal(typeof headOf([], method), 'string', method);
});
