import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { quickjsSandbox } from '../../src/sandbox/quickjs/quickjs-sandbox.ts';
import type { RenderJob, RenderOutcome, Sandbox } from '../../src/sandbox/sandbox.ts';
import { type Attack, isHeld } from './sandbox/attack.ts';
import { CALM, CORPUS, HOGGING } from './sandbox/corpus.ts';
import { renderAttack } from './sandbox/render-attack.ts';
import { WITNESS } from './sandbox/witness.ts';

// One thread each, so that the next render runs where the attack ran. Attacks on time or memory have low limits; the
// others share a thread with a witness, which takes some time to inspect the realm.
let strict: Sandbox;
let calm: Sandbox;
let untouched: RenderOutcome | undefined;

before(async () => {
  [strict, calm] = await Promise.all([
    quickjsSandbox({ timeoutMs: 60, graceMs: 100 }),
    quickjsSandbox({ timeoutMs: 300 }),
  ]);
  [untouched] = await calm.render([WITNESS]);
});
after(async () => {
  await Promise.all([strict[Symbol.asyncDispose](), calm[Symbol.asyncDispose]()]);
});

test('the corpus has more than 120 mechanisms, each with its own name and text', (t) => {
  const all = Object.values(CORPUS).flat();
  const texts = all.map(({ template, path, headers, data }) => JSON.stringify([template, path, headers, data]));
  assert.equal(new Set(all.map(({ does }) => does)).size, all.length);
  assert.equal(new Set(texts).size, all.length);
  assert.ok(all.length > 400, `${all.length}`);
  t.diagnostic(`${all.length} attacks`);
});

for (const [threat, attacks] of Object.entries(HOGGING)) {
  test(`templates that try to ${threat} are held, and affect themselves alone (${attacks.length})`, async () => {
    const faults: string[] = [];
    for (const attack of attacks) faults.push(...(await faultsOf(attack, strict, [])));
    assert.deepEqual(faults, []);
  });
}

for (const [threat, attacks] of Object.entries(CALM)) {
  test(`templates that try to ${threat} are held, and leave nothing behind (${attacks.length})`, async () => {
    assert.equal(untouched?.kind, 'returned');
    const faults: string[] = [];
    for (const attack of attacks) faults.push(...(await faultsOf(attack, calm, LASTING.has(threat) ? [WITNESS] : [])));
    assert.deepEqual(faults, []);
    assert.deepEqual(await calm.render([WITNESS]), [untouched]);
  });
}

/** Threats whose attacks are each followed by the witness, which is slow; for the others it runs once at the end. */
const LASTING = new Set([
  "reach the host's realm",
  "confuse the engine's memory",
  'leave state for the next render',
  'spoil what carries the result',
]);

let rounds = 0;

/** Renders an attack between two honest renders, and then the witnesses. */
async function faultsOf(attack: Attack, sandbox: Sandbox, witnesses: RenderJob[]): Promise<string[]> {
  const round = ++rounds;
  let others: RenderOutcome[] = [];
  const came = await renderAttack(attack, async (job) => {
    const outcomes = await sandbox.render([honest(round), job, honest(-round), ...witnesses]);
    const [attacked] = outcomes.splice(1, 1);
    others = outcomes;
    assert.ok(attacked);
    return attacked;
  });
  const faults: string[] = [];
  if (!isHeld(attack, came)) faults.push(`${came.kind}: ${came.text.slice(0, 100)}`);
  if (came.kind !== 'body' && LEAKS.test(came.text)) faults.push(`says too much: ${came.text.slice(0, 300)}`);
  if (came.kind !== 'body' && came.text.length > 1_000) faults.push(`says it in ${came.text.length} characters`);
  if (Object.keys(Object.prototype).length > 0 || 'polluted' in {}) faults.push('changed the prototypes of the host');
  if (came.hasRun) {
    const expected = [answer(round), answer(-round), untouched];
    for (const [i, outcome] of others.entries())
      if (!isDeepStrictEqual(outcome, expected[i]))
        faults.push(`${WHO[i]} got ${JSON.stringify(outcome).slice(0, 300)}`);
  }
  return faults.map((fault) => `${attack.does}: ${fault}`);
}

const WHO = ['the render before', 'the render after', 'the witness'];
const LEAKS = /wasm|file:|node:|\.[jt]s\b|\/home|\/tmp|node_modules/;

function honest(n: number): RenderJob {
  const source = 'globalThis.__render = (s) => [s, typeof globalThis.left, [3, 1, 2].sort().join("")].join("/")';
  return { program: { key: 'honest', source }, input: String(n), seed: 'seed', nowMs: 0 };
}

function answer(n: number): RenderOutcome {
  return { kind: 'returned', output: `${n}/undefined/123` };
}
