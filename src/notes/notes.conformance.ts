import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Notes } from './notes.ts';

/** The conformance suite of the notes, for every adapter. `open` returns new and empty ones. */
export function testNotes(name: string, open: () => Promise<Notes & AsyncDisposable>): void {
  test(`${name} notes: a note is read back as it was last saved, until it is removed`, async () => {
    await using notes = await open();
    assert.equal(await notes.load('parameters'), null);
    await notes.save('parameters', 'a');
    await notes.save('parameters', 'b\u0000');
    assert.equal(await notes.load('parameters'), 'b\u0000');
    await notes.save('parameters', null);
    await notes.save('none', null);
    assert.deepEqual([await notes.load('parameters'), await notes.load('none')], [null, null]);
  });

  test(`${name} notes: those of a prefix are listed by name, without others that only begin the same way`, async () => {
    await using notes = await open();
    for (const one of ['kept/b', 'kept/a', 'kept', 'Kept/c']) await notes.save(one, one);
    assert.deepEqual(await notes.list('kept/'), [
      { name: 'kept/a', text: 'kept/a' },
      { name: 'kept/b', text: 'kept/b' },
    ]);
  });
}
