import { Button, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import type { Alert } from '../../../contract/documents/alert.ts';
import { apiQuery } from '../../data/api.ts';
import { alerts as words } from '../../messages/en/alerts.ts';
import { parts } from '../../messages/en/parts.ts';
import { settings } from '../../messages/en/settings.ts';
import { DetailTabs } from '../../parts/detail-tabs.tsx';
import { ConfirmDialog } from '../../parts/form/confirm-dialog.tsx';
import { Icon } from '../../parts/icon.tsx';
import { deleteDocument } from '../../parts/list/delete-document.ts';
import { notifyDone } from '../../parts/notify.ts';
import { ShowAs } from '../../parts/payload/show-as.tsx';
import { VersionsTab } from '../../parts/payload/versions-tab.tsx';
import { Problem } from '../../parts/problem.tsx';
import { useMay } from '../../session/rights.ts';
import { Page } from '../../shell/page.tsx';
import { AlertEditor } from './alert-editor.tsx';
import { AlertHealth } from './alert-health.tsx';
import { AlertMessages } from './alert-messages.tsx';
import { SendTest } from './send-test.tsx';

export function AlertPage(): ReactNode {
  const { alertId } = useParams({ from: '/shell/settings/alerts/$alertId' });
  const search = useSearch({ from: '/shell/settings/alerts/$alertId' });
  const { tab = 'details' } = search;
  const navigate = useNavigate({ from: '/settings/alerts/$alertId' });
  const mayManage = useMay('settings:manage');
  const [isDeleting, setDeleting] = useState(false);
  const { data, error, refetch } = useQuery(apiQuery('getAlert', { params: { id: alertId } }));
  const toList = () => void navigate({ to: '/settings/alerts' });
  return (
    <Page
      title={words.tabs[tab]}
      object={data?.name ?? words.one}
      id={data?.id}
      right="settings:view"
      crumbs={[
        { label: settings.title, to: '/settings' },
        { label: words.title, to: '/settings/alerts' },
      ]}
      lead={data === undefined ? undefined : <AlertHealth health={data.health} />}
      actions={
        data === undefined ? undefined : (
          <>
            <ShowAs kind="alerts" document={data} />
            {mayManage ? (
              <Button variant="default" leftSection={<Icon name="trash" />} onClick={() => setDeleting(true)}>
                {words.delete}
              </Button>
            ) : null}
          </>
        )
      }
    >
      {error !== null && data === undefined ? <Problem error={error} onRetry={() => void refetch()} /> : null}
      {data === undefined && error === null ? <Skeleton height={320} aria-busy="true" /> : null}
      {data === undefined ? null : (
        <>
          {mayManage ? <SendTest alertId={data.id} /> : null}
          <DetailTabs
            label={words.tabList}
            names={words.tabs}
            shown={tab}
            onShow={(next) => void navigate({ search: { tab: next } })}
            panels={{
              details: (
                <AlertEditor
                  key={data.id}
                  stored={data}
                  onSaved={({ name }) => notifyDone(parts.saved(name))}
                  onCancel={toList}
                />
              ),
              messages: (
                <AlertMessages
                  alertId={data.id}
                  search={search}
                  onSearch={(next) => void navigate({ search: (present) => ({ ...present, ...next }), replace: true })}
                />
              ),
              versions: <VersionsTab kind="alert" document={data} mayManage={mayManage} />,
            }}
          />
        </>
      )}
      <DeleteAlert alert={isDeleting ? (data ?? null) : null} onClose={() => setDeleting(false)} onDeleted={toList} />
    </Page>
  );
}

type DeleteProps = { alert: Alert | null; onClose: () => void; onDeleted: () => void };

function DeleteAlert({ alert, onClose, onDeleted }: DeleteProps): ReactNode {
  const name = alert?.name ?? '';
  return (
    <ConfirmDialog
      isOpen={alert !== null}
      title={words.deleteTitle(name)}
      verb={words.delete}
      onCancel={onClose}
      onConfirm={() => {
        if (alert !== null) void deleteDocument({ ...alert, kind: 'alert' }, onDeleted);
        onClose();
      }}
    >
      {words.deleteText}
    </ConfirmDialog>
  );
}
