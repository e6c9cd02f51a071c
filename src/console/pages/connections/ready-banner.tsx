import { Alert, Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { connections as words } from '../../messages/en/connections.ts';
import { terms } from '../../messages/en/terms.ts';
import { Icon } from '../../parts/icon.tsx';
import { ButtonLink } from '../../parts/links.tsx';
import { useMay } from '../../session/rights.ts';
import type { Row } from './connections-list.ts';

const w = words.ready;

/** The next step after Done, until events can be sent through this connection. Nothing when Actions use all of it. */
export function ReadyBanner({ row, onClose }: { row: Row; onClose: () => void }): ReactNode {
  const mayManage = useMay('actions:manage');
  const { id, name, usage } = row;
  if (usage === undefined || !usage.knowsActions) return null;
  const destinations = usage.destinations.get(id) ?? [];
  const enabled = destinations.filter(({ status }) => status === 'enabled');
  const unused = enabled.filter((one) => (usage.actions.get(one.id) ?? []).length === 0);
  const [first] = unused;
  if (first === undefined && enabled.length > 0) return null;
  return (
    <Alert
      mb="md"
      variant="light"
      color="mill"
      role="status"
      icon={<Icon name={first === undefined ? 'connections' : 'check'} />}
      title={first === undefined ? w.notYet(name) : w.title(name)}
      withCloseButton
      closeButtonLabel={terms.close}
      onClose={onClose}
    >
      <Group justify="space-between" gap="xs">
        <Text size="md">
          {first !== undefined
            ? w.text(unused.map((one) => one.name))
            : destinations.length === 0
              ? w.noDestination
              : w.noneEnabled}
        </Text>
        {first === undefined ? (
          <ButtonLink
            to="/connections/$connectionId"
            params={{ connectionId: id }}
            search={{ tab: 'destinations' }}
            variant="default"
          >
            {w.openDestinations}
          </ButtonLink>
        ) : mayManage ? (
          <ButtonLink to="/actions/new" search={{ destination: first.id }}>
            {words.destinations.inAction}
          </ButtonLink>
        ) : null}
      </Group>
    </Alert>
  );
}
