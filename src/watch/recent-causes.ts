import type { Audit } from '../audit/audit.ts';
import type { AuditAct } from '../contract/records/audit.ts';
import type { IssueCause } from '../contract/records/issue.ts';
import type { IssueRecord } from '../issues/issues.ts';

const beforeMs = 86_400_000;
const causesMax = 5;
/** Includes what changes nothing, such as checks of a suspended connection, which is left out afterwards. */
const entriesMax = 50;
const changesNothing: ReadonlySet<AuditAct> = new Set(['test', 'probe', 'release']);
const actionsMax = 5;

/** Changes to the connection, destination and actions of an issue during the day before it opened. */
export async function recentCauses(audit: Pick<Audit, 'entries'>, record: IssueRecord): Promise<IssueCause[]> {
  const { connectionId, destinationId, openedAt } = record;
  const actionIds = new Set([...(record.actionId === null ? [] : [record.actionId]), ...record.actionIds]);
  const ids = [connectionId, destinationId, ...[...actionIds].slice(0, actionsMax)].filter((id) => id !== null);
  const entries = await audit.entries({
    ids,
    result: 'done',
    limit: entriesMax,
    createdAfter: new Date(openedAt - beforeMs).toISOString(),
    // Changes in the same millisecond are included.
    createdBefore: new Date(openedAt + 1).toISOString(),
  });
  return entries
    .filter(({ act }) => !changesNothing.has(act))
    .slice(0, causesMax)
    .map(({ createdAt, act, kind, id, name, principal, changes }) => ({
      at: createdAt,
      act,
      kind,
      id: id ?? '',
      name,
      by: principal,
      pointers: changes.map(({ pointer }) => pointer).filter((pointer) => pointer !== '/version'),
    }));
}
