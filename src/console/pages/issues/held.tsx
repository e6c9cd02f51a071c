import { Anchor } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Issue } from '../../../contract/records/issue.ts';
import { formatNumber } from '../../messages/format.ts';

/** How many deliveries are held, as a link to them. */
export function Held({ issue: { held, connectionId, destinationId } }: { issue: Issue }): ReactNode {
  if (held === 0) return formatNumber(held);
  const filter = destinationId === null ? { connection: connectionId } : { destination: destinationId };
  return (
    <Anchor component={Link} to="/deliveries" search={{ status: 'held', ...filter } as never}>
      {formatNumber(held)}
    </Anchor>
  );
}
