import type { Catalog } from './catalog/catalog.ts';
import { sealedCatalog, sqliteCatalog } from './catalog/sqlite/sqlite-catalog.ts';
import type { Config } from './config/settings.ts';
import type { Journal } from './journal/journal.ts';
import { sqliteJournal } from './journal/sqlite/sqlite-journal.ts';
import { configuredKeys, type Keyring, keysInFolder } from './secrets/keys.ts';
import type { SecretReferences } from './secrets/references.ts';
import { openSealedTexts, type SealedTexts } from './secrets/sealed-text-store.ts';
import { sealer } from './secrets/sealer.ts';
import { type SealedStore, together } from './secrets/sealing.ts';
import type { Sqlite } from './sqlite/sqlite.ts';

/** The stores of a data folder that contain sealed secrets. */
type SealedStores = {
  readonly catalog: Catalog;
  readonly journal: Journal;
  /** The refresh tokens that token endpoints issued. */
  readonly sealedTokens: SealedTexts;
  /** All of them, for resealing. */
  readonly all: SealedStore;
};

export function keyringOf({ secretKey, dataDir }: Pick<Config, 'secretKey' | 'dataDir'>): Keyring {
  return secretKey === null ? keysInFolder(dataDir) : configuredKeys(secretKey.reveal());
}

/**
 * Throws an Error of one sentence when something was sealed with a key that the keyring lacks; otherwise saves the
 * keyring.
 */
export async function openSealedStores(
  sqlite: Sqlite,
  keyring: Keyring,
  references?: Pick<SecretReferences, 'secret'>,
): Promise<SealedStores> {
  const seals = sealer(keyring, references);
  const catalog = await sqliteCatalog(sqlite, seals);
  const journal = sqliteJournal(sqlite);
  const { loadNotes: load, saveNote: save } = journal.retention;
  const sealedTokens = await openSealedTexts('refresh_token', { load, save }, seals);
  keyring.keep();
  return { catalog, journal, sealedTokens, all: together(sealedCatalog(sqlite, seals), sealedTokens.sealed) };
}
