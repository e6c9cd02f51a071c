import { DatabaseSync } from 'node:sqlite';
import { operations as accounts } from '../accounts/sqlite/operations.ts';
import { operations as audit } from '../audit/sqlite/operations.ts';
import { operations as catalog } from '../catalog/sqlite/operations.ts';
import { operations as issues } from '../issues/sqlite/operations.ts';
import { operations as journal } from '../journal/sqlite/operations.ts';
import { operations as notes } from '../notes/sqlite/operations.ts';
import { operations as requests } from '../requests/sqlite/operations.ts';
import { executeOn, operationsByName } from './db.ts';
import { apply } from './migrate.ts';
import type { Client, Operations, Result } from './operation.ts';

const operations = operationsByName(
  [accounts, audit, catalog, issues, journal, notes, requests].map((module) => ({ operations: module })),
);

/**
 * The storage without threads and disk: a migrated database in memory, opened in less than a millisecond. Calls run at
 * once, each in its own transaction, on the same operations as in the threads; results are cloned as between threads,
 * and failures reject in the same way. `database` gives tests access to the tables.
 */
export function inProcess() {
  const database = migrated();
  const [writer, reader] = [executeOn(database, operations), executeOn(database, operations)];
  return {
    database,
    client: <O extends Operations>() =>
      ({
        write: async (name, args) => answered(name, writer.write([{ name, args }])[0]),
        read: async (name, args) => answered(name, reader.read({ name, args })),
      }) as Client<O>, // the operations give what their types say
    async [Symbol.asyncDispose]() {
      database.close();
    },
  };
}

function answered(name: string, result: Result | undefined): unknown {
  if (result?.ok) return structuredClone(result.value);
  throw new Error(`Storage, ${name}: ${result?.message}`);
}

let template: Uint8Array | undefined;

function migrated(): DatabaseSync {
  const database = new DatabaseSync(':memory:');
  if (template !== undefined) {
    database.deserialize(template);
    return database;
  }
  database.exec('PRAGMA auto_vacuum = INCREMENTAL');
  apply(database, 0);
  // Since Node 24.16; older versions migrate each time.
  if ('serialize' in database) template = database.serialize();
  return database;
}
