import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { CONFUSIONS, ESCAPES, HANGS, HOGS, type HostileProgram } from './hostile-programs.testing.ts';
import type { RenderJob, RenderOutcome, Sandbox } from './sandbox.ts';

/** The limits that a test may set: milliseconds and bytes. */
type SandboxLimits = { timeoutMs?: number; memoryBytes?: number; outputBytes?: number };

const HONEST = '(s) => JSON.stringify({ got: s, seen: typeof globalThis.left, random: Math.random() })';

/** Registers the tests that every sandbox must pass. */
export function sandboxConformance(name: string, make: (limits?: SandboxLimits) => Promise<Sandbox>): void {
  let shared: Promise<Sandbox> | undefined;
  after(async () => (await shared)?.[Symbol.asyncDispose]());

  /** Runs a test on the shared sandbox, or on a new one if it sets limits. */
  const check = (guarantee: string, limits: SandboxLimits | null, run: (sandbox: Sandbox) => Promise<void>) =>
    test(`${name}: ${guarantee}`, async () => {
      if (limits === null) {
        shared ??= make({ timeoutMs: 5_000 }); // a long timeout, since these tests are not about time
        return run(await shared);
      }
      await using sandbox = await make(limits);
      await run(sandbox);
    });
  const one = async (sandbox: Sandbox, job: RenderJob) => {
    const [outcome] = await sandbox.render([job]);
    assert.ok(outcome);
    return outcome;
  };

  check('returns results in the order of the jobs, to each call its own', null, async (sandbox) => {
    const calls = Array.from({ length: 20 }, (_, call) =>
      Array.from({ length: call * 10 }, (_, i) => job('(s) => s', `${call}/${i}`)),
    );
    const before = sandbox.stats.renders;
    const outcomes = await Promise.all(calls.map((jobs) => sandbox.render(jobs)));
    assert.deepEqual(
      outcomes,
      calls.map((jobs) => jobs.map(({ input }) => returned(input))),
    );
    assert.equal(sandbox.stats.renders - before, calls.flat().length);
    assert.equal(sandbox.stats.queued, 0);
  });

  check('carries any text unchanged, in and out', null, async (sandbox) => {
    const texts = [
      '',
      'plain',
      'ünïcödé ✓ 😀',
      'a\0b',
      '\0',
      '\ud800',
      'x\udc00y',
      '\0\ud800"\\\n',
      '\ufeff\u2028',
      '"json"',
    ];
    const outcomes = await sandbox.render(texts.map((text) => job('(s) => s', text)));
    assert.deepEqual(outcomes, texts.map(returned));
    await fc.assert(
      fc.asyncProperty(fc.array(anyText), async (texts) => {
        assert.deepEqual(await sandbox.render(texts.map((text) => job('(s) => s', text))), texts.map(returned));
      }),
      { numRuns: 20 },
    );
  });

  check('gives the same outcome for the same job', null, async (sandbox) => {
    const source = '() => [Math.random(), Math.random(), Date.now(), new Date(), [].sort()].join()';
    const jobs = ['a', 'b', 'a', '', 'a'].map((seed) => ({ ...job(source), seed, nowMs: 1_700_000_000_123 }));
    const [a, b, again, empty, last] = await sandbox.render(jobs);
    assert.deepEqual([again, last], [a, a]);
    assert.notDeepEqual(a, b);
    assert.notDeepEqual(a, empty);
    const { output } = a?.kind === 'returned' ? a : { output: '' };
    assert.match(output, /,1700000000123,Tue Nov 14 2023 22:13:20 GMT\+0000/);
    await using other = await make();
    assert.deepEqual(await one(other, { ...job(source), seed: 'a', nowMs: 1_700_000_000_123 }), a);
  });

  check('draws different random numbers for similar seeds', null, async (sandbox) => {
    const jobs = Array.from({ length: 200 }, (_, i) => ({
      ...job('() => String(Math.random())'),
      seed: `delivery-${i}`,
    }));
    const drawn = (await sandbox.render(jobs)).map((outcome) => Number(outcome.kind === 'returned' && outcome.output));
    assert.equal(new Set(drawn).size, drawn.length);
    assert.ok(drawn.every((number) => number >= 0 && number < 1));
    const mean = drawn.reduce((sum, number) => sum + number, 0) / drawn.length;
    assert.ok(mean > 0.35 && mean < 0.65, `mean of uniform numbers: ${mean}`);
  });

  check('keeps the clock of each job, in UTC', null, async (sandbox) => {
    const source =
      '() => [new Date().toISOString(), new Date(2024, 6, 1).getTime(), new Date().getTimezoneOffset()].join()';
    const outcomes = await sandbox.render([0, 1e12].map((nowMs) => ({ ...job(source), nowMs })));
    const july = Date.UTC(2024, 6, 1);
    assert.deepEqual(outcomes, [
      returned(`1970-01-01T00:00:00.000Z,${july},0`),
      returned(`2001-09-09T01:46:40.000Z,${july},0`),
    ]);
  });

  check('names message, line and column of a thrown error', null, async (sandbox) => {
    const outcomes = await sandbox.render([
      job('(s) => {\n  null.x;\n}'),
      job('(s) => {\n  const f = () => { throw new TypeError("no ü") };\n\n  f();\n}'),
      job('() => { throw "words" }'),
      script('let a = 1;\nlet b = ;'),
      script('let a = 1;\n  missing();'),
    ]);
    const places = outcomes.map((outcome) => (outcome.kind === 'threw' ? [outcome.line, outcome.message] : outcome));
    assert.deepEqual(
      places.map((place) => (Array.isArray(place) ? place[0] : place)),
      [2, 2, null, 2, 2],
    );
    assert.match(String(places[0]), /TypeError: .*'x' of null/);
    assert.match(String(places[1]), /TypeError: no ü/);
    assert.match(String(places[2]), /words/);
    assert.match(String(places[3]), /SyntaxError/);
    assert.match(String(places[4]), /ReferenceError: .*missing/);
    for (const outcome of outcomes)
      assert.ok(outcome.kind === 'threw' && (outcome.line === null) === (outcome.column === null));
  });

  check('fails a program that does not evaluate for its own jobs only', null, async (sandbox) => {
    const jobs = [job(HONEST), script('syntax error'), job(HONEST), script('1'), script('syntax error'), job(HONEST)];
    const kinds = (await sandbox.render(jobs)).map(({ kind }) => kind);
    assert.deepEqual(kinds, ['returned', 'threw', 'returned', 'threw', 'threw', 'returned']);
  });

  check('distinguishes programs with the same key and different source', null, async (sandbox) => {
    const named = (text: string) => ({
      ...job(''),
      program: { key: 'k', source: `globalThis.__render = () => '${text}'` },
    });
    assert.deepEqual(await sandbox.render(['1', '2', '1'].map(named)), ['1', '2', '1'].map(returned));
  });

  check('leaves nothing behind, in whatever order programs run', null, async (sandbox) => {
    const marks = `[typeof left, ++n, typeof {}.left, [].push.name, typeof Array.prototype.left, Date.left, Math.random(), s].join()`;
    const stains = [
      `globalThis.left = s`,
      `Object.prototype.left = s; Array.prototype.push = () => 0; Array.prototype.left = 1`,
      `Promise.resolve().then(() => { globalThis.left = s }); Date.left = s`,
      `Math.random(); Math.random = () => 7; globalThis.Date = null`,
      `globalThis.__render = () => 'left'; throw new Error(s)`,
      `globalThis.left = 'x'.repeat(1e6)`,
    ];
    const programs = stains.map(
      (stain) =>
        `let n = 0; globalThis.__render = (s) => { const found = ${marks}; try { ${stain} } catch {} return found }`,
    );
    const expected = new Map<string, RenderOutcome>();
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(programs.length - 1), { maxLength: 30 }), async (order) => {
        const jobs = order.map((i) => script(programs[i] ?? '', `input ${i}`));
        for (const [place, outcome] of (await sandbox.render(jobs)).entries()) {
          const source = jobs[place]?.program.source ?? '';
          assert.match(outcome.kind === 'returned' ? outcome.output : '', /^undefined,1,undefined,push,undefined,,0\./);
          assert.deepEqual(outcome, expected.get(source) ?? outcome);
          expected.set(source, outcome);
        }
      }),
      { numRuns: 30 },
    );
  });

  check('shares the top level of a program, and no render changes it', null, async (sandbox) => {
    const source = `const list = [1]; globalThis.__render = () => { list.push(2); return list.join() }`;
    assert.deepEqual(await sandbox.render([script(source), script(source)]), [returned('1,2'), returned('1,2')]);
  });

  check('ends a loop at its time limit, and no other job', { timeoutMs: 30 }, async (sandbox) => {
    const outcomes = await sandbox.render([job(HONEST), job('() => { for (;;); }'), job(HONEST)]);
    assert.deepEqual(
      outcomes.map((outcome) => (outcome.kind === 'exceeded' ? outcome.limit : outcome.kind)),
      ['returned', 'time', 'returned'],
    );
    assert.equal(sandbox.stats.exceededTime, 1);
  });

  check('refuses memory above the limit, and continues', {}, async (sandbox) => {
    const greedy = job('() => { const a = []; for (;;) a.push(new Uint8Array(1e6)) }');
    const modest = job('() => String(new Uint8Array(4e6).length)');
    const outcomes = await sandbox.render([modest, greedy, modest, job('(s) => s', 'x'.repeat(40e6)), modest]);
    assert.deepEqual(
      outcomes.map((outcome) => (outcome.kind === 'exceeded' ? outcome.limit : outcome.kind)),
      ['returned', 'memory', 'returned', 'memory', 'returned'],
    );
    assert.equal(sandbox.stats.exceededMemory, 2);
  });

  check('reports exhausted memory, however a script uses it', { timeoutMs: 10_000 }, async (sandbox) => {
    const bodies = [
      "'x'.repeat(2 ** 29)",
      // There is no memory for an error, so the engine throws null.
      'let p = {}; for (let i = 0; i < 1e5; i++) p = new Proxy(p, {}); return p.x',
      'const a = []; for (let i = 0; ; i++) a.push(new RegExp((i + "(a|b){5}").repeat(50)))',
      'const a = []; try { for (;;) a.push({}) } catch {} a.length = 0; return "ok"',
      'const a = []; try { for (;;) a.push({}) } catch {} throw new Error("mine")',
    ];
    const jobs = [...bodies.map((body) => job(`() => { ${body} }`)), script('const a = []; for (;;) a.push({})')];
    for (const outcome of await sandbox.render(jobs))
      assert.equal(outcome.kind === 'exceeded' ? outcome.limit : JSON.stringify(outcome), 'memory');
    const pretended = await one(sandbox, job('() => { throw new InternalError("out of memory") }'));
    assert.equal(pretended.kind, 'threw');
  });

  check('accepts output up to its limit in bytes', { outputBytes: 1000 }, async (sandbox) => {
    const sizes = [1000, 1001, 500_000].map((size) => job(`() => 'x'.repeat(${size})`));
    const wide = [500, 501].map((size) => job(`() => 'ü'.repeat(${size})`));
    const odd = [999, 1000].map((size) => job(`() => '\\0' + 'x'.repeat(${size})`));
    const outcomes = await sandbox.render([...sizes, ...wide, ...odd]);
    assert.deepEqual(
      outcomes.map((outcome) => (outcome.kind === 'exceeded' ? outcome.limit : outcome.kind)),
      ['returned', 'output', 'output', 'returned', 'output', 'returned', 'output'],
    );
    assert.equal(sandbox.stats.exceededOutput, 4);
  });

  check('runs ordinary code unchanged', null, async (sandbox) => {
    const source = `class Oops extends Error { name = 'Oops'; extra = 1 }
      globalThis.__render = (s) => {
        const counts = {}; for (const word of s.split(' ')) counts[word] = word.length;
        const e = new Oops('m'); e.message = 'n'; function f(n) { return n === 0 ? 0 : 1 + f(n - 1) }
        return JSON.stringify([counts, e.message, { toString() { return 'own' } } + '', f(1000), 2n ** 64n + '', /(?<y>\\d+)/.exec('a12').groups.y])
      }`;
    assert.deepEqual(
      await one(sandbox, script(source, 'constructor toString a a')),
      returned('[{"constructor":11,"toString":8,"a":1},"n","own",1000,"18446744073709551616","12"]'),
    );
  });

  check('delays a program that wastes time behind the others', { timeoutMs: 40 }, async (sandbox) => {
    const wasteful = sandbox.render(Array.from({ length: 15 }, () => job('() => { for (;;); }')));
    const honest = await sandbox.render(Array.from({ length: 500 }, () => job(HONEST)));
    assert.ok(honest.every(({ kind }) => kind === 'returned'));
    assert.ok(sandbox.stats.exceededTime <= 5, `${sandbox.stats.exceededTime} wasteful jobs went first`);
    assert.ok((await wasteful).every(({ kind }) => kind === 'exceeded'));
  });

  const survives = (what: string, limits: SandboxLimits | null, programs: HostileProgram[]) =>
    check(`survives ${what}`, limits, async (sandbox) => {
      const honest = job(HONEST, 'honest');
      const expected = await one(sandbox, honest);
      assert.equal(expected.kind, 'returned');
      const outcomes = await sandbox.render(programs.flatMap(({ source }) => [script(source), honest]));
      for (const [i, { does, returns }] of programs.entries()) {
        const outcome = outcomes[2 * i];
        assert.ok(outcome, does);
        if (returns !== undefined) assert.deepEqual(outcome, returned(returns), does);
        if (outcome.kind !== 'returned') {
          assert.doesNotMatch(outcome.message, /wasm|file:|node:|\.[jt]s\b|\/home|\/tmp/, does);
          assert.ok(outcome.message.length <= 500 && outcome.message.isWellFormed(), does);
        }
        assert.deepEqual(outcomes[2 * i + 1], expected, `after one that ${does}`);
      }
    });
  /** Those that return are not about time: on a slow machine they can take longer than is waited for the others. */
  function hostile(kind: string, programs: HostileProgram[]) {
    const [endless, ending] = [false, true].map((ends) =>
      programs.filter(({ returns }) => (returns !== undefined) === ends),
    );
    if (endless?.length) survives(`programs that ${kind}`, { timeoutMs: 40 }, endless);
    if (ending?.length) survives(`programs that ${kind} and return`, null, ending);
  }
  hostile('look for a way out', ESCAPES);
  hostile('confuse the result', CONFUSIONS);
  hostile('take time or memory', HOGS);
  hostile('hang in native code', HANGS);

  test(`${name}: rejects unfinished and later renders when it is disposed`, async () => {
    const sandbox = await make();
    const unfinished = assert.rejects(sandbox.render([job('() => { for (;;); }')]), /closed/);
    await sandbox[Symbol.asyncDispose]();
    await unfinished;
    await assert.rejects(sandbox.render([job(HONEST)]), /closed/);
    await sandbox[Symbol.asyncDispose]();
  });
}

/** Every kind of 16-bit unit, lone surrogates included. */
const anyText = fc.uint16Array().map((units) => String.fromCharCode(...units));

function job(render: string, input = ''): RenderJob {
  return script(`globalThis.__render = ${render}`, input);
}

function script(source: string, input = ''): RenderJob {
  return { program: { key: source, source }, input, seed: 'seed', nowMs: 0 };
}

function returned(output: string): RenderOutcome {
  return { kind: 'returned', output };
}
