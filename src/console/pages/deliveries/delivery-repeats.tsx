import { Anchor } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Delivery } from '../../../contract/records/delivery.ts';
import { apiQuery } from '../../data/api.ts';
import { replays } from '../../messages/en/replays.ts';
import { formatTime } from '../../messages/format.ts';
import { StatusBadge } from '../../parts/status-badge.tsx';
import css from './deliveries.module.css';

const w = replays.links;

/** What ties a delivery to replays: the one that made it and what it repeats, and those that repeat it. */
export function Repeats({ delivery: { id, replayId, replayOf, replayedBy } }: { delivery: Delivery }): ReactNode {
  const { data } = useQuery(apiQuery('listDeliveries', { query: { replayOf: id, limit: 20 } }));
  const repeats = data?.data ?? [];
  return (
    <>
      {replayedBy === null ? null : (
        <p>
          <strong>{replayedBy.status === 'delivered' ? w.recovered : w.sentAgain}</strong>{' '}
          <Anchor
            component={Link}
            to="/replays/$replayId"
            params={{ replayId: replayedBy.replayId } as never}
            underline="always"
          >
            {w.openReplay}
          </Anchor>
        </p>
      )}
      {replayId === null ? null : (
        <p className={css['said']}>
          {w.madeBy}{' '}
          <Anchor component={Link} to="/replays/$replayId" params={{ replayId } as never} underline="always">
            {w.replay}
          </Anchor>
          {replayOf === null ? null : (
            <>
              {' '}
              {w.repeats}{' '}
              <Anchor
                component={Link}
                to="/deliveries/$deliveryId"
                params={{ deliveryId: replayOf } as never}
                underline="always"
              >
                {w.delivery}
              </Anchor>
            </>
          )}
        </p>
      )}
      {repeats.length === 0 ? null : (
        <p className={css['said']}>
          {w.repeatedBy}{' '}
          {repeats.map((one) => (
            <Anchor
              key={one.id}
              component={Link}
              to="/deliveries/$deliveryId"
              params={{ deliveryId: one.id } as never}
              underline="always"
              className={css['repeat'] ?? ''}
            >
              <StatusBadge status={one.status} /> {formatTime(new Date(one.createdAt), 'stream', 0)}
            </Anchor>
          ))}
        </p>
      )}
    </>
  );
}
