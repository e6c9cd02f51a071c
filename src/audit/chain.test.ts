import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { auditSample } from './audit-samples.testing.ts';
import { canonicalJson } from './canonical-json.ts';
import { type ChainedRow, chained, origin, pruned, verifyChain } from './chain.ts';

function chain(length: number): ChainedRow[] {
  const rows: ChainedRow[] = [];
  for (let i = 0; i < length; i++) rows.push(chained(rows.at(-1) ?? origin, auditSample({ id: `con_${i}` })));
  return rows;
}

const rows = chain(4);
const [one, two, three, four] = rows as [ChainedRow, ChainedRow, ChainedRow, ChainedRow]; // made above

test('an unchanged chain is valid, and its head is returned', () => {
  assert.deepEqual(verifyChain(rows), { ok: true, count: 4, first: 1, head: { number: 4, hash: four.hash } });
  assert.deepEqual(verifyChain([]), { ok: true, count: 0, first: 1, head: origin });
});

test('a break is found at its entry', () => {
  const other = chained(one, auditSample({ id: 'con_9' }));
  const breaks: [rows: ChainedRow[], number: number, problem: RegExp][] = [
    [[one, { ...two, body: two.body.replace('con_1', 'con_2') }, three], 2, /hash does not match/],
    [[one, { ...two, hash: three.hash }, three], 2, /hash does not match/],
    [[one, other, three], 3, /hash of the entry before/],
    [[one, three], 3, /the entry before it is number 1/],
    [[one, { ...two, number: 7 }], 7, /number 2/],
    [[two, three], 2, /no entry records their removal/],
    [[one, { number: 2, body: '{"number": 2}', hash: hash('{"number": 2}') }], 2, /canonical JSON/],
    [[one, { number: 2, body: 'null', hash: hash('null') }], 2, /canonical JSON|number/],
  ];
  for (const [broken, number, problem] of breaks) {
    const verdict = verifyChain(broken);
    assert.ok(!verdict.ok && verdict.number === number && problem.test(verdict.problem), JSON.stringify(verdict));
  }
});

test('a known head reveals that entries at the end were removed or rewritten', () => {
  assert.equal(verifyChain(rows, [four, two]).ok, true);
  const cut = verifyChain([one, two], [four]);
  assert.ok(!cut.ok && cut.number === 3 && cut.problem.includes('number 4'));
  const anew = chain(4).map((row, i) => (i === 0 ? chained(origin, auditSample({ id: 'forged' })) : row));
  for (let i = 1; i < 4; i++) anew[i] = chained(anew[i - 1] ?? origin, auditSample({ id: `con_${i}` }));
  assert.equal(verifyChain(anew).ok, true);
  const found = verifyChain(anew, [four]);
  assert.ok(!found.ok && found.number === 4 && found.problem.includes('known'));
});

test('the beginning may be missing only when the newest prune entry says exactly that', () => {
  const anchored = chained(four, pruned(two, origin, 0));
  assert.equal(verifyChain([three, four, anchored]).ok, true);
  assert.equal(verifyChain([four, anchored]).ok, false);
  assert.equal(verifyChain([two, three, four, anchored]).ok, false);
  assert.equal(verifyChain([three, four, chained(four, pruned({ ...two, hash: one.hash }, origin, 0))]).ok, false);
});

test('canonical JSON is that of RFC 8785', () => {
  // The example of section 3.2.3, and numbers of appendix B.
  const text =
    '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}';
  assert.equal(
    canonicalJson(JSON.parse(text)),
    '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
  );
  const names = ['\u20ac', '\r', '\ufb33', '1', '\ud83d\ude00', '\u0080', '\u00f6'];
  assert.deepEqual(Object.keys(JSON.parse(canonicalJson(Object.fromEntries(names.map((name) => [`k${name}`, 1]))))), [
    'k\r',
    'k1',
    'k\u0080',
    'k\u00f6',
    'k\u20ac',
    'k\ud83d\ude00',
    'k\ufb33',
  ]);
  assert.equal(canonicalJson({ b: undefined, a: [undefined, '\ud800'] }), '{"a":[null,"\ufffd"]}');
});

const hash = (text: string) => createHash('sha256').update(text).digest('hex');
