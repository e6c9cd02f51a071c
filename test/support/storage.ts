import { configuredKeys } from '../../src/secrets/keys.ts';
import type { SecretReferences } from '../../src/secrets/references.ts';
import { sealer } from '../../src/secrets/sealer.ts';
import { inProcess } from '../../src/sqlite/in-process.testing.ts';
import { sqlitePorts } from '../../src/storage/sqlite-ports.ts';

/** The key that seals secrets of tests. */
export const keyring = configuredKeys(Buffer.alloc(32, 7).toString('base64'));

/** Every storage port, on one new SQLite database in the memory of this process. */
export async function openStorage(references?: Pick<SecretReferences, 'secret'>) {
  const sqlite = inProcess();
  const ports = sqlitePorts(sqlite);
  const { catalog } = await ports.openCatalog(sealer(keyring, references));
  return { ...ports, sqlite, catalog, [Symbol.asyncDispose]: sqlite[Symbol.asyncDispose] };
}
