import type { Postgres } from '../../postgres/postgres.ts';
import type { Journal } from '../journal.ts';
import { postgresHousekeeping } from './housekeeping/postgres-housekeeping.ts';
import { postgresDeliveryCommands } from './log/delivery-commands.ts';
import { postgresLog } from './log/postgres-log.ts';
import { type PostgresHotOptions, postgresHot } from './postgres-hot.ts';
import { postgresReplays } from './replays/postgres-replays.ts';

/** The journal of an open database, which stays open when the journal ends. */
export function postgresJournal(postgres: Postgres, options: PostgresHotOptions): Journal & Disposable {
  const made = postgresHot(postgres, options);
  const parts = { ...postgres, ...made };
  const log = {
    ...postgresLog(postgres, made.words),
    ...postgresDeliveryCommands(parts),
    replays: postgresReplays(parts),
  };
  const housekeeping = postgresHousekeeping(parts, made.room);
  return { hot: made.hot, log, housekeeping, [Symbol.dispose]: () => made[Symbol.dispose]() };
}
