import { Alert, Button, Group, Text } from '@mantine/core';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useDeliveryState } from '../../data/data.ts';
import { connections, terms } from '../../messages/en.ts';
import { type Connection, useConnectionStatus } from '../../parts/connection/connection.ts';
import { Icon, Progress } from '../../parts/parts.ts';
import { useMay } from '../../session/rights.ts';
import { drainRate, type Sample, withSample } from './drain-rate.ts';

const words = connections.drain;
const againMs = 1_000;

/** After a hold that was seen here: how its deliveries are being sent, with the rate, and Pause. Nothing otherwise. */
export function Draining({ connection }: { connection: Connection }): ReactNode {
  const { id, status, health } = connection;
  const isHolding = status !== 'enabled' || health.state !== 'ok';
  const [total, begin] = useState(0);
  const held = useRef(0);
  useEffect(() => {
    if (isHolding) held.current = health.held;
    begin(isHolding ? 0 : held.current);
  }, [isHolding, health.held]);
  return total === 0 ? null : <Drain key={`${id} ${total}`} connection={connection} total={total} />;
}

function Drain({ connection, total }: { connection: Connection; total: number }): ReactNode {
  const { id } = connection;
  const [isOver, end] = useState(false);
  const { data, dataUpdatedAt } = useDeliveryState({ connectionId: id }, isOver ? undefined : againMs);
  const [samples, add] = useState<readonly Sample[]>([]);
  const { change, isPending } = useConnectionStatus();
  const mayManage = useMay('connections:manage');
  const counted = data === undefined ? total : Math.min(total, data.pending + data.sending + data.held);
  useEffect(() => {
    if (data === undefined) return;
    add((before) => withSample(before, { at: dataUpdatedAt, left: counted }));
    if (counted === 0) end(true);
  }, [data, dataUpdatedAt, counted]);
  const left = isOver ? 0 : counted;
  const rate = drainRate(samples);
  return (
    <Alert mb="md" color={isOver ? 'green' : 'blue'} icon={<Icon name={isOver ? 'check' : 'deliveries'} />}>
      <Group justify="space-between" gap="sm">
        <div role="status">
          <Text fw={600}>{isOver ? words.done(total) : words.sending(total)}</Text>
          {isOver ? null : <Text size="md">{words.left(left, rate)}</Text>}
        </div>
        {isOver || !mayManage ? null : (
          <Button
            size="xs"
            leftSection={<Icon name="pause" size={14} />}
            loading={isPending}
            onClick={() => void change(connection, 'paused')}
          >
            {words.pause}
          </Button>
        )}
      </Group>
      {isOver ? null : <Progress value={total - left} of={total} label={terms.progress} />}
    </Alert>
  );
}
