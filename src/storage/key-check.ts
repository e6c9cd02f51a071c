import type { Config } from '../config/settings.ts';
import { configuredKeys, type Keyring, keysInFolder } from '../secrets/keys.ts';
import { sealer } from '../secrets/sealer.ts';
import { readRows } from '../sqlite/database-file.ts';

/** The keys of an installation: configured, or in its data folder. */
export function keyringOf({ secretKey, dataDir }: Pick<Config, 'secretKey' | 'dataDir'>): Keyring {
  return secretKey === null ? keysInFolder(dataDir) : configuredKeys(secretKey.reveal());
}

/**
 * Throws an Error of one sentence when something in a database of any schema version was sealed with a key that is not
 * there. For the time before an upgrade, which a start without the key would make in vain.
 */
export function checkKeys(file: string, config: Pick<Config, 'secretKey' | 'dataDir'>): void {
  const { requireKeys } = sealer(keyringOf(config));
  for (const { sealed } of readRows<{ sealed: string }>(file, sealedRows)) requireKeys(JSON.parse(sealed));
}

/** The tables and columns are those of the first schema. */
const sealedRows = `SELECT body AS sealed FROM document_version WHERE instr(body, '"$secret"') > 0
  UNION ALL SELECT text FROM note WHERE name GLOB 'refresh_token/*'`;
