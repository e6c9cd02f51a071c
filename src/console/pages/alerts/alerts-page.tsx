import type { ReactNode } from 'react';
import type { Alert } from '../../../contract/documents/alert.ts';
import { terms, alerts as words } from '../../messages/en.ts';
import { DocumentsPage } from '../../parts/document/documents-page.tsx';
import type { Column } from '../../parts/list/list-page.tsx';
import {
  modifiedColumn,
  nameColumn,
  statusColumn,
  timeColumn,
  valueColumn,
} from '../../parts/list/standard-columns.tsx';
import { alertKind } from './alert.ts';
import { AlertHealth } from './alert-health.tsx';

export function AlertsPage(): ReactNode {
  return <DocumentsPage kind={alertKind} words={words} noun="alerts" icon="bell" columns={columns} />;
}

const columns: readonly Column<Alert>[] = [
  nameColumn(alertKind),
  statusColumn(),
  valueColumn('type', words.columns.type, ({ type }) => words.types[type]),
  { id: 'state', header: words.columns.state, isText: true, cell: ({ health }) => <AlertHealth health={health} /> },
  timeColumn('sent', words.columns.sent, ({ health }) => health.lastSentAt, { none: terms.never }),
  modifiedColumn({ leavesFirst: false }),
];
