import { Alert, Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { terms, connections as words } from '../../messages/en.ts';
import { ButtonLink, Icon } from '../../parts/parts.ts';
import { useMay } from '../../session/rights.ts';
import { connectionKind } from './connection-kind.ts';
import { namesOf } from './traffic-columns.tsx';
import type { Usage } from './usage.ts';

const w = words.ready;

/** The next step after Done, until events can be sent through this connection. Nothing when Actions use all of it. */
export function ReadyBanner({ usage }: { usage: Usage | undefined }): ReactNode {
  const { done } = useSearch({ from: '/shell/connections' });
  const navigate = useNavigate({ from: '/connections' });
  const mayManage = useMay('actions:manage');
  const connection = useQuery(connectionKind.all()).data?.find(({ id }) => id === done);
  if (connection === undefined || usage?.actionsOf === undefined) return null;
  const { id, name } = connection;
  const { actionsOf } = usage;
  const destinations = usage.destinationsOf(id);
  const enabled = destinations.filter(({ status }) => status === 'enabled');
  const unused = enabled.filter((one) => actionsOf(one.id).length === 0);
  const [first] = unused;
  if (first === undefined && enabled.length > 0) return null;
  return (
    <Alert
      mb="md"
      color="mill"
      role="status"
      icon={<Icon name={first === undefined ? 'connections' : 'check'} />}
      title={first === undefined ? w.notYet(name) : w.title(name)}
      withCloseButton
      closeButtonLabel={terms.close}
      onClose={() => void navigate({ search: (now) => ({ ...now, done: undefined }), replace: true })}
    >
      <Group justify="space-between" gap="xs">
        <Text size="md">
          {first !== undefined ? w.text(namesOf(unused)) : destinations.length === 0 ? w.noDestination : w.noneEnabled}
        </Text>
        {first === undefined ? (
          <ButtonLink to="/connections/$connectionId" params={{ connectionId: id }} search={{ tab: 'destinations' }}>
            {w.openDestinations}
          </ButtonLink>
        ) : mayManage ? (
          <ButtonLink variant="filled" to="/actions/new" search={{ destination: first.id }}>
            {words.destinations.inAction}
          </ButtonLink>
        ) : null}
      </Group>
    </Alert>
  );
}
