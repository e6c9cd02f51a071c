import type { ReactNode } from 'react';
import { useNames } from '../../data/data.ts';
import { connections } from '../../messages/en.ts';
import { ActButton } from '../../parts/parts.ts';
import { useMay } from '../../session/rights.ts';

const words = connections.health;

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
