import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { RouteResponse } from '../../../client/client.ts';
import { connections as words } from '../../messages/en.ts';

/** The requests to a destination or connection now, and what its due deliveries wait for; nothing while there are none. */
export function LoadLine({ requests }: Pick<RouteResponse<'getConnection'>['health'], 'requests'>): ReactNode {
  const { inFlight, responseMs, limitedBy } = requests;
  if (inFlight === 0) return null;
  return (
    <Text span c="dimmed">
      {words.load.sentence(inFlight, responseMs, limitedBy)}
    </Text>
  );
}
