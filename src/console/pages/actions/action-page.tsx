import { Button, Group, Text } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { terms, actions as words } from '../../messages/en.ts';
import { useChartTime } from '../../parts/chart/chart-time.tsx';
import { DocumentPage } from '../../parts/document/document-page.tsx';
import { ButtonLink, StatusBadge } from '../../parts/parts.ts';
import { DeliveryTable } from '../../parts/payload/delivery-table.tsx';
import { useMay } from '../../session/rights.ts';
import { actionKind, standingOf, useSwitch } from './action.ts';
import { ActionOverview, UsedObjects } from './action-overview.tsx';
import { usePlaces } from './use-places.ts';

const w = words.details;

export function ActionPage(): ReactNode {
  const search = useSearch({ from: '/shell/actions/$actionId' });
  const time = useChartTime(search);
  const navigate = useNavigate({ from: '/actions/$actionId' });
  const mayManage = useMay('actions:manage');
  const places = usePlaces();
  const { isPending, toggle } = useSwitch();
  return (
    <DocumentPage
      kind={actionKind}
      lead={(action) => (
        <Group gap="sm">
          <StatusBadge status={standingOf(action, places)} />
          <Text span>{action.description}</Text>
        </Group>
      )}
      actions={(action) =>
        mayManage ? (
          <>
            <Button loading={isPending} onClick={() => toggle(action)}>
              {action.status === 'enabled' ? terms.disable : terms.enable}
            </Button>
            <ButtonLink variant="filled" to="/actions/$actionId/edit" params={{ actionId: action.id }} data-key-edit>
              {terms.edit}
            </ButtonLink>
            <ButtonLink to="/actions/new" search={{ from: action.id }}>
              {terms.duplicate}
            </ButtonLink>
          </>
        ) : null
      }
      tabs={w.tabs}
      panels={{
        overview: (action) => (
          <ActionOverview
            action={action}
            places={places}
            time={time}
            onTime={(next) => void navigate({ search: (present) => ({ ...present, ...next }), replace: true })}
          />
        ),
        deliveries: ({ id }) => <DeliveryTable filter={{ actionId: id }} empty={{ text: w.deliveriesEmptyText }} />,
        used: (action) => <UsedObjects action={action} places={places} />,
      }}
    />
  );
}
