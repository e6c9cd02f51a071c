import type { AlertBody } from '../contract/documents/alert.ts';
import type { IssueNotice } from '../contract/records/issue.ts';

/** Whether the rules of an alert select this notice. */
export function fits({ status, rules }: Pick<AlertBody, 'status' | 'rules'>, notice: IssueNotice): boolean {
  const { kinds, minSeverity, connectionIds, actionIds, on } = rules;
  return (
    status === 'enabled' &&
    on.includes(notice.change) &&
    (kinds === null || kinds.includes(notice.kind)) &&
    (minSeverity === 'warning' || notice.severity === 'critical') &&
    (connectionIds === null || (notice.connectionId !== null && connectionIds.includes(notice.connectionId))) &&
    (actionIds === null || (notice.actionId !== null && actionIds.includes(notice.actionId)))
  );
}
