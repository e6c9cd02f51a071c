import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { UnresolvedSecret } from '../contract/secret.ts';
import { secretReferences } from './references.ts';
import { createScrubber } from './scrubber.ts';

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

test('what the operator allows is read, without a line break at its end', () => {
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

test('what is not allowed, leads elsewhere or is no text is refused in words that show nothing of it', () => {
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
    [`file:${root}/allowed/escape`, /leads to a place/],
    [`file:${root}/allowed/folder/token`, /leads to a place/],
    [`file:${root}/allowed/data/secret.key`, /leads to a place/],
    [`file:${root}/data/secret.key`, /leads to a place/],
    [`file:${root}/allowed/missing`, /not there/],
    [`file:${root}/allowed/token/x`, /can not be read \(ENOTDIR\)/],
    [`file:${root}/allowed/tok\0en`, /can not be read/],
    [`file:${root}/allowed/deep`, /not a file/],
    [`file:${root}/allowed/pipe`, /not a file/],
    [`file:${root}/allowed/empty`, /empty/],
    [`file:${root}/allowed/large`, /over 64 KiB/],
    [`file:${root}/allowed/bytes`, /no text/],
  ] as const) {
    assert.match(problem(ref) ?? 'none', words, ref);
    assert.throws(() => secret(ref, '').reveal(), UnresolvedSecret);
  }
  assert.match(references(['env:CRM_*']).problem('env:PATH') ?? '', /not allowed/);
  assert.match(references([]).problem('env:CRM_TOKEN') ?? '', /not allowed/);
});

test('a rotated file is in use after five seconds; the old value is scrubbed on, and what is lost is told', () => {
  const clock = { now: 1_000 };
  const scrubber = createScrubber();
  const { secret, values } = references(wide, clock, () => learn());
  const learn = scrubber.follow(values);
  const one = secret(`file:${root}/allowed/rotated`, '');
  assert.throws(() => one.reveal(), /not there/);
  writeFileSync(at('allowed/rotated'), 'first-value');
  assert.equal(one.reveal(), 'first-value', 'a problem is looked at again at once');
  writeFileSync(at('allowed/next'), 'second-value');
  renameSync(at('allowed/next'), at('allowed/rotated'));
  assert.equal(one.reveal(), 'first-value');
  clock.now += 5_000;
  assert.equal(one.reveal(), 'second-value');
  assert.equal(scrubber.scrub('first-value second-value'), '[secret] [secret]');
  rmSync(at('allowed/rotated'));
  clock.now += 5_000;
  assert.throws(() => one.reveal(), /not there/, 'never the value that was');
  clock.now -= 60_000;
  assert.throws(() => one.reveal(), /not there/, 'a clock that is set back makes nothing fresh');
});
