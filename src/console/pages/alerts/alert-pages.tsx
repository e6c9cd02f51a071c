import { Button, Group, Alert as Notice, Stack } from '@mantine/core';
import { useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Alert, AlertMessage } from '../../../contract/documents/alert.ts';
import { kept, useApi, useApiQuery } from '../../data/data.ts';
import { alerts, formatDuration, nouns, parts, terms, alerts as words } from '../../messages/en.ts';
import { documentKind } from '../../parts/document/document-kind.ts';
import { DocumentPage } from '../../parts/document/document-page.tsx';
import { DocumentsPage } from '../../parts/document/documents-page.tsx';
import { newDocumentPage } from '../../parts/document/new-document-page.tsx';
import { useDocumentEditor } from '../../parts/document/use-document-editor.ts';
import { type Column, ListPage } from '../../parts/list/list-page.tsx';
import {
  column,
  modifiedColumn,
  nameColumn,
  statusColumn,
  timeColumn,
  valueColumn,
} from '../../parts/list/standard-columns.tsx';
import { useListPage } from '../../parts/list/use-list-page.tsx';
import { Icon, Note, Problem, type Status, StatusBadge, Time } from '../../parts/parts.ts';
import { useMay } from '../../session/rights.ts';
import { settingsCrumb } from '../../shell/page.tsx';
import { bodyOf, draftOf, keptOf, problemsOf, shownOf } from './alert-draft.ts';
import { AlertForm } from './alert-form.tsx';

const alertKind = documentKind('alert', {
  newTitle: words.create,
  crumbs: [settingsCrumb, { label: words.title, to: '/settings/alerts' }],
  rights: 'settings',
  deleteText: words.deleteText,
  created: words.created,
});

export function AlertPage(): ReactNode {
  const mayManage = useMay('settings:manage');
  return (
    <DocumentPage
      kind={alertKind}
      lead={({ health }) => <AlertHealth health={health} />}
      tabs={words.tabs}
      panels={{
        details: (alert) => <AlertEditor key={alert.id} stored={alert} />,
        messages: ({ id }) => <AlertMessages alertId={id} />,
      }}
    >
      {({ id }) => (mayManage ? <SendTest alertId={id} /> : null)}
    </DocumentPage>
  );
}

export const NewAlertPage = newDocumentPage(alertKind, AlertEditor);

/** The form of an alert with its buttons. `stored`: null for a new one. */
function AlertEditor({ stored }: { stored: Alert | null }): ReactNode {
  const parts = { draftOf, kept: keptOf, problemsOf, bodyOf, shownOf };
  const { frame, form, base } = useDocumentEditor(alertKind, stored, parts);
  return frame(<AlertForm {...form} isNew={base === null} />);
}

const testWords = alerts.test;

/** Sends one real message and shows the result. */
export function SendTest({ alertId }: { alertId: string }): ReactNode {
  const test = useApi('testAlert');
  const { data } = test;
  return (
    <Stack component="section" gap="xs" mb="md" aria-label={terms.sendTest}>
      <Group gap="sm">
        <Button
          leftSection={<Icon name="flask" />}
          loading={test.isPending}
          onClick={() => test.mutate({ params: { id: alertId } })}
        >
          {terms.sendTest}
        </Button>
        <Note>{testWords.hint}</Note>
      </Group>
      <div role="status">
        {data === undefined || test.isPending ? null : (
          <Notice
            color={data.ok ? 'green' : 'red'}
            icon={<Icon name={data.ok ? 'check' : 'cross'} />}
            title={data.ok ? testWords.sent(formatDuration(data.durationMs)) : testWords.failed}
          >
            {data.detail}
          </Notice>
        )}
      </div>
      <Problem error={test.error} />
    </Stack>
  );
}

const messageWords = alerts.messages;
const statuses: Readonly<Record<AlertMessage['status'], Status>> = {
  waiting: 'pending',
  sent: 'done',
  failed: 'failed',
};

/** The messages of an alert: those that were sent, and those that are pending. */
function AlertMessages({ alertId }: { alertId: string }): ReactNode {
  const search = useSearch({ from: '/shell/settings/alerts/$alertId' });
  const query = useApiQuery(
    'listAlertMessages',
    { params: { id: alertId }, query: { cursor: search.cursor } },
    { ...kept, refetchInterval: 10_000 },
  );
  const { list } = useListPage({
    name: messageWords.list,
    search,
    query,
    columns,
    empty: { icon: 'bell', text: messageWords.emptyText },
    noun: nouns.messages,
  });
  return <ListPage {...list} isPlain />;
}

const columns: readonly Column<AlertMessage>[] = [
  column('message', messageWords.columns.message, { isFixed: true, isText: true }, ({ title }) => title),
  column('about', messageWords.columns.about, ({ about }) => messageWords.abouts[about]),
  column('status', terms.status, ({ status }) => <StatusBadge status={statuses[status]} />),
  column('result', terms.result, { isText: true }, ({ detail, attempts }) => (
    <Stack gap={0}>
      {detail ?? parts.status.pending}
      {attempts > 1 ? <Note>{messageWords.tries(attempts)}</Note> : null}
    </Stack>
  )),
  column('at', terms.created, ({ createdAt }) => <Time at={createdAt} />),
  column('next', terms.nextAttempt, ({ nextAttemptAt }) => (nextAttemptAt === null ? '' : <Time at={nextAttemptAt} />)),
];

/** How telling goes: well, or since when and why not. */
function AlertHealth({ health: { state, reason, waiting } }: Pick<Alert, 'health'>): ReactNode {
  return (
    <Stack gap={2}>
      <StatusBadge
        status={state === 'ok' ? 'ok' : 'needs_attention'}
        {...(waiting > 0 ? { note: words.health.waiting(waiting) } : {})}
      />
      {reason === null ? null : <Note>{reason}</Note>}
    </Stack>
  );
}

export function AlertsPage(): ReactNode {
  return <DocumentsPage kind={alertKind} words={words} noun="alerts" icon="bell" columns={alertColumns} />;
}

const alertColumns: readonly Column<Alert>[] = [
  nameColumn(alertKind),
  statusColumn(),
  valueColumn('type', words.columns.type, ({ type }) => words.types[type]),
  column('state', words.columns.state, { isText: true }, ({ health }) => <AlertHealth health={health} />),
  timeColumn('sent', words.columns.sent, ({ health }) => health.lastSentAt, { none: terms.never }),
  modifiedColumn({ leavesFirst: false }),
];
