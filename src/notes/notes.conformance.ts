import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NoteLease, Notes } from './notes.ts';

/** Takes the partition; each time with a later lease. */
type TakeLease = () => Promise<NoteLease>;

/** The conformance suite of the notes, for every adapter. `open` returns new and empty ones. */
export function testNotes(name: string, open: () => Promise<Notes & AsyncDisposable & { take: TakeLease }>): void {
  test(`${name} notes: a note is read back as it was last saved, until it is removed`, async () => {
    await using notes = await open();
    assert.equal(await notes.load('parameters'), null);
    await notes.save({ name: 'parameters', text: 'a' });
    await notes.save({ name: 'parameters', text: 'b\u0000' });
    assert.equal(await notes.load('parameters'), 'b\u0000');
    await notes.save({ name: 'parameters', text: null }, { name: 'none', text: null });
    assert.deepEqual([await notes.load('parameters'), await notes.load('none')], [null, null]);
  });

  test(`${name} notes: those of a prefix are listed by name, without others that only begin the same way`, async () => {
    await using notes = await open();
    for (const one of ['kept/b', 'kept/a', 'kept', 'Kept/c']) await notes.save({ name: one, text: one });
    assert.deepEqual(await notes.list('kept/'), [
      { name: 'kept/a', text: 'kept/a' },
      { name: 'kept/b', text: 'kept/b' },
    ]);
  });

  test(`${name} notes: changes are made in their order, all or none`, async () => {
    await using notes = await open();
    await notes.save({ name: 'a', text: '1' }, { name: 'a', text: null }, { name: 'a', text: '2' });
    await notes.save({ name: 'b', text: '1' }, { name: 'a', text: null });
    await assert.rejects(() => notes.save({ name: 'b', text: '2' }, { name: {} as never, text: '' }));
    assert.deepEqual(await notes.list(''), [{ name: 'b', text: '1' }]);
  });

  test(`${name} notes: of two that replace the same text, one does`, async () => {
    await using notes = await open();
    assert.deepEqual([await notes.replace('a', null, '1'), await notes.replace('a', null, '2')], [true, false]);
    assert.deepEqual([await notes.replace('a', '1', '3'), await notes.replace('a', '1', '4')], [true, false]);
    assert.equal(await notes.load('a'), '3');
  });

  test(`${name} notes: what a former owner of a partition saves under its lease changes nothing`, async () => {
    await using notes = await open();
    const first = await notes.take();
    assert.equal(await notes.saveUnder(first, { name: 'a', text: '1' }), true);
    const second = await notes.take();
    assert.equal(await notes.saveUnder(first, { name: 'a', text: null }, { name: 'b', text: '2' }), false);
    assert.equal(await notes.saveUnder(second, { name: 'c', text: '3' }), true);
    assert.deepEqual(await notes.list(''), [
      { name: 'a', text: '1' },
      { name: 'c', text: '3' },
    ]);
  });

  test(`${name} notes: those of a prefix are read in pages, the last ones first`, async () => {
    await using notes = await open();
    const ids = ['a', 'b', 'c', 'd'];
    await notes.save(
      ...['m', 'o'].map((name) => ({ name, text: '' })),
      ...ids.map((id) => ({ name: `n/${id}`, text: id })),
    );
    const page = async (query: { limit: number; before?: string; after?: string }) =>
      (await notes.page('n/', query)).map(({ text }) => text);
    assert.deepEqual(await page({ limit: 3 }), ['d', 'c', 'b']);
    assert.deepEqual(await page({ limit: 9, before: 'n/c' }), ['b', 'a']);
    assert.deepEqual(await page({ limit: 2, after: 'n/a' }), ['c', 'b']);
  });
}
