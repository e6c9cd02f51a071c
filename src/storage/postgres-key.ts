import { assertKeys } from '../catalog/postgres/sealed-catalog.ts';
import { Secret } from '../contract/secret.ts';
import type { Notes } from '../notes/notes.ts';
import { noteOf } from '../postgres/own-notes.ts';
import type { Query } from '../postgres/postgres.ts';
import type { Sealer } from '../secrets/sealer.ts';

const name = 'secret_key/check';
const row = { table: 'note', kind: 'secret_key', id: 'check' };

/**
 * Compares the key of this node with the check value of the database, which the first node leaves: a text that its key sealed.
 * Throws an Error of one sentence when this node lacks that key. A node with a new key in front of it replaces the value.
 */
export async function checkKey(notes: Pick<Notes, 'load' | 'replace'>, sealer: Sealer): Promise<void> {
  const own = JSON.stringify(sealer.sealBody(row, { check: new Secret('millrace', '') }));
  for (;;) {
    const stored = await notes.load(name);
    if (stored !== null) {
      const sealed: unknown = JSON.parse(stored);
      sealer.requireKeys(sealed);
      sealer.openBody(row, sealed);
      if (!sealer.isSealedWithOldKey(sealed)) return;
    }
    // Another node may have done so in between: its value is checked then.
    if (await notes.replace(name, stored, own)) return;
  }
}

/** Throws an Error of one sentence when something in a database was sealed with a key that the sealer lacks. Changes nothing. */
export async function requireKeys(query: Query, sealer: Sealer): Promise<void> {
  sealer.requireKeys(await noteOf(query, name));
  await assertKeys(query, sealer);
}
