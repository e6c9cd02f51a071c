import type { NewAuditEntry } from '../../contract/records/audit.ts';
import type { Query } from '../../postgres/postgres.ts';
import { storable } from '../../postgres/text.ts';
import { type ChainedRow, chained, type Link } from '../chain.ts';

/**
 * Adds entries to the audit trail inside a transaction, so that they are stored exactly when the change they describe is. Locks
 * the head of the chain until the transaction ends: call it last, since every other change waits for that lock.
 */
export async function appendAudit(query: Query, entries: readonly NewAuditEntry[]): Promise<void> {
  if (entries.length === 0) return;
  const [head] = await query<Link>('SELECT number, hash FROM audit_head FOR UPDATE');
  if (head === undefined) throw new Error('The audit trail has no head.');
  let last = head;
  const rows: ChainedRow[] = entries.map((entry) => {
    const row = chained(last, entry);
    last = row;
    return row;
  });
  await query(
    `WITH head AS (UPDATE audit_head SET number = $10::bigint, hash = $11)
     INSERT INTO audit_entry (number, body, hash, created_at, act, kind, id, principal, principal_id, result)
     SELECT $10::bigint - cardinality($1::text[]) + place, body, hash, created_at, act, kind, id, principal, principal_id, result
     FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[])
       WITH ORDINALITY AS row (body, hash, created_at, act, kind, id, principal, principal_id, result, place)`,
    [
      rows.map(({ body }) => body),
      rows.map(({ hash }) => hash),
      ...(['createdAt', 'act', 'kind', 'id', 'principal', 'principalId', 'result'] as const).map((field) =>
        entries.map(({ [field]: value }) => (value === null ? null : storable(value))),
      ),
      last.number,
      last.hash,
    ],
  );
}
