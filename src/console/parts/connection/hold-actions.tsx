import { Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useNames } from '../../data/data.ts';
import { connections, outcomes } from '../../messages/en.ts';
import { useMay } from '../../session/rights.ts';
import { ActButton, Countdown, Time } from '../parts.ts';
import type { Destination } from './usage.ts';

const words = connections.health;

/** What the health of connections and destinations says about their hold. */
type Health = Pick<Destination['health'], 'reason' | 'detail' | 'since' | 'nextProbeAt'>;

/** Why deliveries are held, and since when. */
export function HoldCause({ health: { reason, detail, since } }: { health: Health }): ReactNode {
  if (reason === null) return null;
  return (
    <>
      {words.cause(reason, detail)}
      {since === null ? null : (
        <>
          {' '}
          {words.since} <Time at={since} />.
        </>
      )}
    </>
  );
}

/** What ends a hold that traffic caused: the next probe, and what people can do. */
export function HoldEnd({
  connectionId,
  health: { reason, nextProbeAt },
}: {
  connectionId: string;
  health: Health;
}): ReactNode {
  return (
    <>
      {nextProbeAt === null ? null : (
        <Text size="md">
          {words.nextProbe} <Countdown at={nextProbeAt} due={words.probing} />
        </Text>
      )}
      {reason === null ? null : <Text size="md">{outcomes.reason[reason].todo}</Text>}
      {nextProbeAt === null ? null : (
        <Group gap="xs" mt="xs">
          <HoldActions connectionId={connectionId} size="xs" />
        </Group>
      )}
    </>
  );
}

/** For people who know that the system of a connection works again before the next probe. */
export function HoldActions({ connectionId, size }: { connectionId: string; size?: 'xs' }): ReactNode {
  const name = useNames().connection(connectionId);
  if (!useMay('deliveries:manage')) return null;
  const input = { params: { id: connectionId } };
  const look = size === undefined ? {} : { size };
  return (
    <>
      <ActButton {...look} route="probeConnection" input={input} done={words.probed(name)}>
        {words.probe}
      </ActButton>
      <ActButton
        {...look}
        route="releaseConnection"
        input={input}
        done={({ unknownOutcomes }) => words.released(name, unknownOutcomes)}
      >
        {words.release}
      </ActButton>
    </>
  );
}
