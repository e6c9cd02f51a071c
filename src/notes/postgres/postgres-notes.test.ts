import { postgresDatabase } from '../../postgres/testing/database.testing.ts';
import { testNotes } from '../notes.conformance.ts';
import { postgresNotes } from './postgres-notes.ts';

const database = postgresDatabase();

testNotes('PostgreSQL', async () => {
  const postgres = await database();
  let epoch = 0;
  return {
    ...postgresNotes(postgres),
    async take() {
      epoch += 1;
      const sql = `INSERT INTO partition_lease (partition, owner, epoch) VALUES (0, 'a', $1)
        ON CONFLICT (partition) DO UPDATE SET epoch = excluded.epoch`;
      await postgres.query(sql, [epoch]);
      return { partition: 0, owner: 'a', epoch };
    },
    [Symbol.asyncDispose]: async () => {},
  };
});
