import type { IssueKind, IssueSeverity } from '../../../contract/records/issue.ts';

/** What the filter State offers, one more than there are states. Nothing chosen: what is not resolved. */
export const shownStates = ['open', 'acknowledged', 'muted', 'resolved', 'all'] as const;

export type IssueFilters = {
  filter?: string | undefined;
  state?: (typeof shownStates)[number] | undefined;
  kind?: IssueKind | undefined;
  severity?: IssueSeverity | undefined;
  connection?: string | undefined;
  destination?: string | undefined;
  action?: string | undefined;
};

/** What the API is asked for. */
export function queryOf({ filter, state, kind, severity, connection, destination, action }: IssueFilters) {
  return {
    title: filter,
    state: state === 'all' ? undefined : (state ?? 'open,acknowledged,muted'),
    kind,
    severity,
    connectionId: connection,
    destinationId: destination,
    actionId: action,
  };
}
