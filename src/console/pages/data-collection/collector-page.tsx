import { Button, Code, Skeleton, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { apiQuery } from '../../data/api.ts';
import { dataCollection as words } from '../../messages/en/data-collection.ts';
import { shell } from '../../messages/en/shell.ts';
import { terms } from '../../messages/en/terms.ts';
import { CopyIcon } from '../../parts/copy-button.tsx';
import { DetailTabs } from '../../parts/detail-tabs.tsx';
import { Icon } from '../../parts/icon.tsx';
import { notifyDone } from '../../parts/notify.ts';
import { ShowAs } from '../../parts/payload/show-as.tsx';
import { VersionsTab } from '../../parts/payload/versions-tab.tsx';
import { Problem } from '../../parts/problem.tsx';
import { StatusBadge } from '../../parts/status-badge.tsx';
import { useMay } from '../../session/rights.ts';
import { Page } from '../../shell/page.tsx';
import type { Collector } from './collector.ts';
import { CollectorEditor } from './collector-editor.tsx';
import css from './collector-page.module.css';
import { DeleteCollector } from './delete-collector.tsx';
import { PreviousKey } from './previous-key.tsx';
import { RejectedRequests } from './rejected-requests.tsx';
import { RotateKey } from './rotate-key.tsx';
import { SendTab } from './send-tab.tsx';
import { UsedBy } from './used-by.tsx';

export function CollectorPage(): ReactNode {
  const { collectorId } = useParams({ from: '/shell/data-collection/$collectorId' });
  const search = useSearch({ from: '/shell/data-collection/$collectorId' });
  const { tab = 'send' } = search;
  const navigate = useNavigate({ from: '/data-collection/$collectorId' });
  const mayManage = useMay('collectors:manage');
  const [dialog, open] = useState<'delete' | 'rotate' | null>(null);
  const { data, error, refetch } = useQuery(apiQuery('getCollector', { params: { id: collectorId } }));
  const toList = () => void navigate({ to: '/data-collection' });

  const actions =
    data === undefined ? undefined : (
      <>
        <ShowAs kind="collectors" document={data} />
        {mayManage ? (
          <>
            <Button variant="default" leftSection={<Icon name="key" />} onClick={() => open('rotate')}>
              {words.rotate}
            </Button>
            <Button variant="default" leftSection={<Icon name="trash" />} onClick={() => open('delete')}>
              {terms.delete}
            </Button>
          </>
        ) : null}
      </>
    );
  return (
    <Page
      title={words.tabs[tab]}
      object={data?.name ?? terms.collector}
      id={data?.id}
      right="collectors:view"
      crumbs={[{ label: shell.pages.dataCollection, to: '/data-collection' }]}
      lead={data === undefined ? undefined : <Lead collector={data} />}
      actions={actions}
    >
      {error !== null && data === undefined ? <Problem error={error} onRetry={() => void refetch()} /> : null}
      {data === undefined && error === null ? <Waiting /> : null}
      {data === undefined ? null : <PreviousKey collector={data} />}
      {data === undefined ? null : (
        <DetailTabs
          label={terms.collector}
          names={words.tabs}
          shown={tab}
          onShow={(next) => void navigate({ search: { tab: next } })}
          panels={{
            send: <SendTab collector={data} />,
            details: <Details collector={data} onCancel={toList} />,
            rejected: <RejectedRequests collectorId={data.id} search={search} />,
            versions: <VersionsTab kind="collector" document={data} mayManage={mayManage} />,
          }}
        />
      )}
      <RotateKey collector={dialog === 'rotate' ? (data ?? null) : null} onClose={() => open(null)} />
      <DeleteCollector
        collector={dialog === 'delete' ? (data ?? null) : null}
        onClose={() => open(null)}
        onDeleted={toList}
      />
    </Page>
  );
}

function Lead({ collector }: { collector: Collector }): ReactNode {
  return (
    <div className={css['lead']}>
      <StatusBadge status={collector.status} />
      <span className={css['key']}>
        <Code>{collector.key}</Code>
        <CopyIcon text={collector.key} label={words.copyKey(collector.name)} />
      </span>
    </div>
  );
}

type DetailsProps = { collector: Collector; onCancel: () => void };

function Details({ collector, onCancel }: DetailsProps): ReactNode {
  return (
    <div className={css['details']}>
      <CollectorEditor
        key={collector.id}
        stored={collector}
        onSaved={({ name }) => notifyDone(terms.saved(name))}
        onCancel={onCancel}
      />
      <UsedBy collectorId={collector.id} />
    </div>
  );
}

function Waiting(): ReactNode {
  return (
    <Stack aria-busy="true">
      <Skeleton height={36} width="24rem" />
      <Skeleton height={320} />
    </Stack>
  );
}
