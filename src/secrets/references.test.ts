import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createScrubber } from '../connections/secret-redaction.ts';
import { UnresolvedSecret } from '../contract/secret.ts';
import { secretReferences } from './references.ts';

const root = mkdtempSync(join(tmpdir(), 'millrace-refs-'));
process.on('exit', () => rmSync(root, { recursive: true, force: true }));
const at = (...names: string[]) => join(root, ...names);
for (const folder of ['allowed/deep', 'other', 'data', 'allowed/..odd']) mkdirSync(at(folder), { recursive: true });
writeFileSync(at('allowed/token'), 'of the file\n');
writeFileSync(at('allowed/deep/two'), 'line one\nline two\r\n');
writeFileSync(at('allowed/..odd/x'), 'odd');
writeFileSync(at('allowed/empty'), '\n');
writeFileSync(at('allowed/large'), 'x'.repeat(65_537));
writeFileSync(at('allowed/largest'), 'x'.repeat(65_536));
writeFileSync(at('allowed/bytes'), Buffer.from([0xff, 0xfe, 0x00]));
writeFileSync(at('other/token'), 'out of bounds');
writeFileSync(at('other/single'), 'single');
writeFileSync(at('data/secret.key'), 'the sealing key');
symlinkSync(at('other/token'), at('allowed/escape'));
symlinkSync(at('other'), at('allowed/folder'));
symlinkSync('deep/two', at('allowed/inside'));
symlinkSync(at('data'), at('allowed/data'));
execFileSync('mkfifo', [at('allowed/pipe')]);

function references(allowed: string[], clock = { now: 0 }, changed = () => {}) {
  const env = {
    CRM_TOKEN: 'of the environment',
    EMPTY: '',
    MILLRACE_SECRET_KEY: 'key',
    millrace_x: 'key',
    PATH: '/bin',
  };
  return secretReferences({ allowed, env, dataDir: at('data'), now: () => clock.now, changed });
}

const wide = [`file:${root}/allowed/`, `file:${root}/other/single`, `file:${root}/data/`, 'env:CRM_*', 'env:*'];

test('a reference that the operator allows is read, without a line break at its end', () => {
  const { secret, problem } = references(wide);
  for (const [ref, value] of [
    ['env:CRM_TOKEN', 'of the environment'],
    [`file:${root}/allowed/token`, 'of the file'],
    [`file:${root}/allowed/deep/two`, 'line one\nline two'],
    [`file:${root}/allowed/inside`, 'line one\nline two'],
    [`file:${root}/allowed/..odd/x`, 'odd'],
    [`file:${root}/allowed/largest`, 'x'.repeat(65_536)],
    [`file:${root}/other/single`, 'single'],
  ] as const) {
    assert.equal(problem(ref), null);
    const one = secret(ref, '');
    assert.deepEqual([one.ref, one.reveal(), String(one), JSON.stringify(one)], [ref, value, '[secret]', '"[secret]"']);
  }
});

test('a reference that is not allowed, links elsewhere or is not text is refused with an error that shows nothing of it', () => {
  const { secret, problem } = references(wide);
  for (const [ref, words] of [
    ['env:MILLRACE_SECRET_KEY', /not allowed/],
    ['env:millrace_x', /not allowed/],
    ['env:MISSING', /not set/],
    ['env:EMPTY', /not set/],
    ['env:__proto__', /not set/],
    ['vault:x', /not allowed/],
    [`file:${root}/other/token`, /not allowed/],
    [`file:${root}/allowed`, /not allowed/],
    [`file:${root}/allowed/`, /not allowed/],
    [`file:${root}/allowed/../other/token`, /not allowed/],
    [`file:${root}/allowed/./token`, /not allowed/],
    [`file:${root}//allowed/token`, /not allowed/],
    ['file:allowed/token', /not allowed/],
    [`file:${root}/allowed/escape`, /links to a place/],
    [`file:${root}/allowed/folder/token`, /links to a place/],
    [`file:${root}/allowed/data/secret.key`, /links to a place/],
    [`file:${root}/data/secret.key`, /links to a place/],
    [`file:${root}/allowed/missing`, /does not exist/],
    [`file:${root}/allowed/token/x`, /can.t be read \(ENOTDIR\)/],
    [`file:${root}/allowed/tok\0en`, /can.t be read/],
    [`file:${root}/allowed/deep`, /not a file/],
    [`file:${root}/allowed/pipe`, /not a file/],
    [`file:${root}/allowed/empty`, /empty/],
    [`file:${root}/allowed/large`, /over 64 KiB/],
    [`file:${root}/allowed/bytes`, /not UTF-8 text/],
  ] as const) {
    assert.match(problem(ref) ?? 'none', words, ref);
    assert.throws(() => secret(ref, '').reveal(), UnresolvedSecret);
  }
  assert.match(references(['env:CRM_*']).problem('env:PATH') ?? '', /not allowed/);
  assert.match(references([]).problem('env:CRM_TOKEN') ?? '', /not allowed/);
});

test('a rotated file is in use after five seconds; the old value stays scrubbed, and a missing file is reported', () => {
  const clock = { now: 1_000 };
  const scrubber = createScrubber();
  const { secret, values } = references(wide, clock, () => learn());
  const learn = scrubber.follow(values);
  const one = secret(`file:${root}/allowed/rotated`, '');
  assert.throws(() => one.reveal(), /does not exist/);
  writeFileSync(at('allowed/rotated'), 'first-value');
  assert.equal(one.reveal(), 'first-value', 'after a problem the next use reads again at once');
  writeFileSync(at('allowed/next'), 'second-value');
  renameSync(at('allowed/next'), at('allowed/rotated'));
  assert.equal(one.reveal(), 'first-value');
  clock.now += 5_000;
  assert.equal(one.reveal(), 'second-value');
  assert.equal(scrubber.scrub('first-value second-value'), '[secret] [secret]');
  rmSync(at('allowed/rotated'));
  clock.now += 5_000;
  assert.throws(() => one.reveal(), /does not exist/, 'never an old value');
  clock.now -= 60_000;
  assert.throws(() => one.reveal(), /does not exist/, 'a clock that is set back does not extend the cache');
});
