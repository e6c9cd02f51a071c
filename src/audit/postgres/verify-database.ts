import type { AuditEntry } from '../../contract/records/audit.ts';
import type { Postgres, Query } from '../../postgres/postgres.ts';
import { storable } from '../../postgres/text.ts';
import { type ChainedRow, chainVerifier, type Link, origin, type Verdict } from '../chain.ts';

const rowsAtOnce = 1_000;
const searched = ['createdAt', 'act', 'kind', 'id', 'principal', 'principalId', 'result'] as const;

type Row = ChainedRow & Pick<AuditEntry, (typeof searched)[number]>;

/**
 * Whether the audit trail of a database is one unbroken chain that contains the `known` heads, also while nodes are running, and
 * without a key. Throws the error of a statement.
 */
export function verifyDatabase(
  { transaction }: Pick<Postgres, 'transaction'>,
  known: readonly Link[] = [],
): Promise<Verdict> {
  return transaction(async (query) => {
    // What is appended or pruned from now on is not looked at.
    await query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
    return verify(query, known);
  });
}

async function verify(query: Query, known: readonly Link[]): Promise<Verdict> {
  const [head = origin] = await query<Link>('SELECT number, hash FROM audit_head');
  const chain = chainVerifier(known);
  for (let after = 0; ; ) {
    const rows = await query<Row>(
      `SELECT number, body, hash, created_at AS "createdAt", act, kind, id, principal, principal_id AS "principalId", result
       FROM audit_entry WHERE number > $1 AND number <= $2 ORDER BY number LIMIT ${rowsAtOnce}`,
      [after, head.number],
    );
    for (const row of rows) {
      const broken = chain.add(row) ?? wrongColumns(row);
      if (broken !== null) return broken;
      after = row.number;
    }
    if (rows.length < rowsAtOnce) break;
  }
  const verdict = chain.end();
  if (!verdict.ok || (verdict.head.number === head.number && verdict.head.hash === head.hash)) return verdict;
  return {
    ok: false,
    number: verdict.head.number + 1,
    problem: `the entries up to the head ${head.number} are missing`,
  };
}

/** The columns by which entries are searched must say what the entry says. */
function wrongColumns(row: Row): Verdict | null {
  const entry: AuditEntry = JSON.parse(row.body);
  const wrong = searched.find((name) => row[name] !== (entry[name] === null ? null : storable(entry[name])));
  return wrong === undefined
    ? null
    : { ok: false, number: row.number, problem: `the column ${wrong} does not match the entry` };
}
