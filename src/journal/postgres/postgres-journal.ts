import type { Postgres } from '../../postgres/postgres.ts';
import type { Journal } from '../journal.ts';
import { postgresHousekeeping } from './housekeeping/postgres-housekeeping.ts';
import { postgresDeliveryCommands } from './log/delivery-commands.ts';
import { postgresLog } from './log/postgres-log.ts';
import { type PostgresHotOptions, postgresHot } from './postgres-hot.ts';
import { postgresReplays } from './replays/postgres-replays.ts';

/** `waitingBytes`: of events that wait for their write. */
export type PostgresJournal = Journal & Disposable & { readonly waitingBytes: number };

/** The journal of an open database, which stays open when the journal ends. */
export function postgresJournal(postgres: Postgres, options: PostgresHotOptions): PostgresJournal {
  const made = postgresHot(postgres, options);
  const parts = { ...postgres, ...made };
  return {
    hot: made.hot,
    log: {
      ...postgresLog(postgres, made.words),
      ...postgresDeliveryCommands(parts),
      replays: postgresReplays(parts),
    },
    housekeeping: postgresHousekeeping(parts, made.room),
    get waitingBytes() {
      return made.intake.waitingBytes;
    },
    [Symbol.dispose]: () => made[Symbol.dispose](),
  };
}
