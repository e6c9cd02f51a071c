import type { Config } from '../config/settings.ts';
import { openSqliteStorage } from './sqlite-storage.ts';
import type { Storage, StorageOptions } from './storage.ts';

/** Opens the storage of the engine that the configuration chooses. */
export async function openStorage(config: Config, options: StorageOptions = {}): Promise<Storage> {
  if (config.databaseUrl === null) return openSqliteStorage(config, options);
  const { openPostgresStorage } = await import('./postgres-storage.ts');
  return openPostgresStorage(config, options);
}
