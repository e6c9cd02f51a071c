import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { openSealedTexts } from './sealed-text-store.ts';
import { sealer } from './sealer.ts';

test('a rotation overwrites no text that another node stores after it was read', async () => {
  const [oldKey, newKey] = ['old', 'new'].map((id) => ({ id, bytes: randomBytes(32) })) as [Key, Key];
  const notes = notesInMemory();
  const before = await openSealedTexts('refresh_token', notes, sealer({ keys: [oldKey] }));
  await before.save('con_1', 'first');
  await before.save('con_2', 'first');
  const open = (over: typeof notes) => openSealedTexts('refresh_token', over, sealer({ keys: [newKey, oldKey] }));
  const other = await open(notes);
  const rotating = await open({
    ...notes,
    async replace(...change) {
      await other.save('con_2', 'second');
      return notes.replace(...change);
    },
  });
  await rotating.sealed.reseal(() => {});
  assert.deepEqual(
    await other.list(() => assert.fail()),
    new Map([
      ['con_1', 'first'],
      ['con_2', 'second'],
    ]),
  );
  assert.equal(await other.sealed.count(), 0);
});

type Key = Parameters<typeof sealer>[0]['keys'][number];

function notesInMemory() {
  const texts = new Map<string, string>();
  return {
    load: async (name: string) => texts.get(name) ?? null,
    list: async (prefix: string) =>
      [...texts].filter(([name]) => name.startsWith(prefix)).map(([name, text]) => ({ name, text })),
    async save({ name, text }: { name: string; text: string | null }) {
      if (text === null) texts.delete(name);
      else texts.set(name, text);
    },
    async replace(name: string, text: string, next: string) {
      if (texts.get(name) !== text) return false;
      texts.set(name, next);
      return true;
    },
  };
}
