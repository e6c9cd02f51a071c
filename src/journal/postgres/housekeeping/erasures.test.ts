import assert from 'node:assert/strict';
import { test } from 'node:test';
import { postgresAudit } from '../../../audit/postgres/postgres-audit.ts';
import { postgresDatabase } from '../../../postgres/testing/database.testing.ts';
import { claim, erasureEntry, withDeliveries } from '../../conformance/journal-samples.testing.ts';
import { postgresJournal } from '../postgres-journal.ts';

const database = postgresDatabase();
const noon = Date.UTC(2026, 0, 10, 12);
const sought = { visitorId: 'ann-0815' };

async function opened() {
  const postgres = await database();
  const made = postgresJournal(postgres, { clock: 'caller', queueBytesMax: 100_000_000 });
  const journal = { ...made, audit: postgresAudit(postgres) };
  const { erasures } = journal.housekeeping;
  return {
    ...{ postgres, journal, erasures },
    begin: () => erasures.begin({ id: 'era_1', code: 'c', sought, now: noon }, erasureEntry),
    /** Runs steps until the erasure waits or is done. */
    async goOn(now = noon): Promise<'waiting' | 'done'> {
      for (;;) {
        const { state } = await erasures.step('era_1', { now, sending: [] });
        if (state === 'waiting' || state === 'done') return state;
      }
    },
    [Symbol.dispose]: () => made[Symbol.dispose](),
  };
}

test('an erasure waits for what was asked of the owners of partitions before it, until no asker waits for a response', async () => {
  using made = await opened();
  const { journal, postgres, begin, goOn } = made;
  const { commands } = journal.hot;
  await claim(journal, 0);
  const left = await commands.ask({ partition: 0, body: 'sealed', now: noon - 1_000_000 });
  const asked = await commands.ask({ partition: 0, body: 'sealed', now: noon });
  await begin();
  assert.equal(await goOn(), 'waiting');
  const numbers = await postgres.query<{ number: number }>('SELECT number FROM command');
  assert.deepEqual([numbers.map(({ number }) => number), left < asked], [[asked], true]);
  const later = await commands.ask({ partition: 0, body: 'sealed', now: noon + 1 });
  await commands.withdraw(asked);
  assert.equal(await goOn(), 'done');
  assert.equal((await postgres.query('SELECT 1 FROM command WHERE number = $1', [later])).length, 1);
});

test('no file of a small table has what an erasure has changed in it, nor the text that it sought', async () => {
  using made = await opened();
  const { journal, postgres, begin, goOn } = made;
  const { lease } = await withDeliveries(journal, [], noon);
  const hold = { scopeId: 'con_1', reason: 'auth_rejected', since: 1, probeAt: 2, probes: 0 } as const;
  await journal.hot.saveHold(lease, { ...hold, detail: 'not for ann-0815' });
  await journal.hot.statuses.save(lease, [{ connectionId: 'con_1', text: '{"detail":"not for ann-0815"}' }]);
  await postgres.query(`INSERT INTO note (name, text) VALUES ('alert_message/1', '{"detail":"of ann-0815"}')`);
  await postgres.query(`INSERT INTO issue (id, fingerprint, revision, body)
    VALUES ('i1', 'a', 1, '{"title":"not for ann-0815","fingerprint":"a"}')`);
  await begin();
  assert.equal(await goOn(), 'done');
  await postgres.query('CHECKPOINT');
  const rows = await postgres.query<{ name: string }>(
    `SELECT relname::text AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace
       AND position('ann-0815'::bytea IN pg_read_binary_file(pg_relation_filepath(oid))) > 0`,
  );
  assert.deepEqual(
    rows.map(({ name }) => name),
    [],
  );
});
