import { Button, Group, Skeleton, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { apiQuery } from '../../data/api.ts';
import { actions as words } from '../../messages/en/actions.ts';
import { shell } from '../../messages/en/shell.ts';
import { terms } from '../../messages/en/terms.ts';
import { useChartTime } from '../../parts/chart/chart-time.tsx';
import { DetailTabs } from '../../parts/detail-tabs.tsx';
import { DeliveryTable } from '../../parts/payload/delivery-table.tsx';
import { ShownTexts } from '../../parts/payload/show-as.tsx';
import { VersionsTab } from '../../parts/payload/versions-tab.tsx';
import { Problem } from '../../parts/problem.tsx';
import { StatusBadge } from '../../parts/status-badge.tsx';
import { useMay } from '../../session/rights.ts';
import { Page } from '../../shell/page.tsx';
import { ActionMenu } from './action-menu.tsx';
import { ActionOverview } from './action-overview.tsx';
import { standingOf } from './standing.ts';
import { usePlaces } from './use-places.ts';
import { useSwitch } from './use-switch.ts';
import { UsedObjects } from './used-objects.tsx';

const w = words.details;

export function ActionPage(): ReactNode {
  const { actionId } = useParams({ from: '/shell/actions/$actionId' });
  const search = useSearch({ from: '/shell/actions/$actionId' });
  const { tab = 'overview', cursor } = search;
  const time = useChartTime(search);
  const navigate = useNavigate({ from: '/actions/$actionId' });
  const mayManage = useMay('actions:manage');
  const places = usePlaces();
  const { isPending, toggle } = useSwitch();
  const { data, error, refetch } = useQuery(apiQuery('getAction', { params: { id: actionId } }));
  const actions =
    data === undefined || !mayManage ? undefined : (
      <>
        <Button variant="default" loading={isPending} onClick={() => toggle(data)}>
          {data.status === 'enabled' ? terms.disable : terms.enable}
        </Button>
        <Button component={Link} to="/actions/$actionId/edit" params={{ actionId } as never} data-key-edit>
          {terms.edit}
        </Button>
        <ActionMenu action={data} onDeleted={() => void navigate({ to: '/actions' })} />
      </>
    );
  return (
    <Page
      title={w.tabs[tab]}
      object={data?.name ?? terms.action}
      id={data?.id}
      right="actions:view"
      crumbs={[{ label: shell.pages.actions, to: '/actions' }]}
      lead={
        data === undefined ? undefined : (
          <Group gap="sm">
            <StatusBadge status={standingOf(data, places)} />
            <Text span>{data.description}</Text>
          </Group>
        )
      }
      actions={actions}
    >
      {error !== null && data === undefined ? <Problem error={error} onRetry={() => void refetch()} /> : null}
      {data === undefined && error === null ? <Skeleton height={260} aria-busy="true" /> : null}
      {data === undefined ? null : (
        <DetailTabs
          label={terms.action}
          names={w.tabs}
          shown={tab}
          onShow={(next) => void navigate({ search: { tab: next } })}
          panels={{
            overview: (
              <ActionOverview
                action={data}
                places={places}
                time={time}
                onTime={(next) => void navigate({ search: (present) => ({ ...present, ...next }), replace: true })}
              />
            ),
            deliveries: (
              <DeliveryTable
                filter={{ actionId }}
                cursor={cursor}
                onCursor={(next) => void navigate({ search: { tab, cursor: next } })}
                empty={{ text: w.deliveriesEmptyText }}
              />
            ),
            versions: <VersionsTab kind="action" document={data} mayManage={mayManage} />,
            used: <UsedObjects action={data} places={places} />,
            yaml: <ShownTexts kind="actions" document={data} />,
          }}
        />
      )}
    </Page>
  );
}
