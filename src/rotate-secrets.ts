import { systemClock } from './async/clock.ts';
import type { Config } from './config/settings.ts';
import type { SealingState } from './contract/sealing.ts';
import { assertLatestSchema } from './postgres/facts.ts';
import { openPostgres } from './postgres/postgres.ts';
import { openSealedStores } from './sealed-stores.ts';
import { createSealing } from './secrets/sealing.ts';
import { keyringOf } from './storage/key-check.ts';
import { openStorage } from './storage/open-storage.ts';

/** Seals all secrets of a stopped server's data folder, or of a PostgreSQL database, again, with the first key. Throws an Error of one sentence. */
export async function rotateSecrets(
  config: Config,
  options: { newKey: boolean },
  progress: (way: { done: number; total: number }) => void,
): Promise<SealingState> {
  if (config.databaseUrl !== null) {
    // Opening it would migrate it under running nodes of an earlier version.
    await using postgres = openPostgres({ url: config.databaseUrl.reveal() });
    await assertLatestSchema(postgres);
  }
  await using storage = await openStorage(config);
  const keyring = keyringOf(config);
  const { all } = await openSealedStores(storage, keyring);
  let failure: unknown = null;
  const sealing = createSealing({
    keyring,
    store: all,
    now: systemClock.now,
    progressed: progress,
    failed(error) {
      failure = error;
    },
  });
  await sealing.rotate(options);
  await sealing.ended();
  if (failure !== null) throw failure;
  return await sealing.state();
}
