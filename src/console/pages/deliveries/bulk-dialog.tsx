import { Button, Checkbox, Group, Stack, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { type ReactNode, useRef, useState } from 'react';
import { ClientError } from '../../../client/client.ts';
import type { Delivery } from '../../../contract/records/delivery.ts';
import { queryClient } from '../../data/data.ts';
import { parts, terms, deliveries as words } from '../../messages/en.ts';
import { bindChecked } from '../../parts/form/bind.ts';
import { Dialog, Problem, Progress } from '../../parts/parts.ts';
import { client } from '../../session/session.ts';
import { type BulkProgress, bulkRun } from './bulk-run.ts';
import type { DeliveryQuery } from './delivery-filters.ts';

const w = words.bulk;
const most = 10_000;

type Props = {
  verb: 'retry' | 'cancel';
  /** The ticked ones, or the filter whose deliveries are all meant. */
  what: readonly Delivery[] | DeliveryQuery;
  /** Closed; `isDone` after the work was begun. */
  onClose: (isDone: boolean) => void;
};

/** Counts what is meant, tells what will happen, does it with a progress and a stop button, and says how it went. */
export function BulkDialog({ verb, what, onClose }: Props): ReactNode {
  const [looked, look] = useState(0);
  const [isRendered, render] = useState(false);
  const [progress, tell] = useState<BulkProgress | null>(null);
  const stop = useRef(new AbortController());
  const run = useMutation({
    mutationFn: (items: readonly Delivery[]) =>
      bulkRun({
        items,
        act: (one) => actOn(verb, one, isRendered),
        onProgress: tell,
        signal: stop.current.signal,
      }),
    // The others of those that run at once.
    onError: () => stop.current.abort(),
    onSettled: () => queryClient.invalidateQueries(),
    meta: { route: null },
  });
  const found = useQuery({
    queryKey: ['all matching deliveries', what],
    queryFn: ({ signal }): Promise<readonly Delivery[]> =>
      isList(what) ? Promise.resolve(what) : collect(what, signal, look),
    enabled: run.isIdle,
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const items = found.data ?? [];
  const close = () => {
    stop.current.abort();
    onClose(!run.isIdle);
  };

  const again = items.filter(({ status }) => status === 'delivered').length;
  return (
    <Dialog onClose={close} title={verb === 'retry' ? w.retryTitle : w.cancelTitle}>
      <Stack>
        <Problem error={found.error} />
        {!run.isIdle ? (
          <Running progress={progress} all={items.length} isOver={!run.isPending} error={run.error} />
        ) : found.isLoading ? (
          <Text role="status">{w.counting(looked)}</Text>
        ) : items.length === 0 ? (
          <Text>{w.nothing}</Text>
        ) : (
          <>
            <Text>{verb === 'retry' ? w.retryText(items.length) : w.cancelText(items.length)}</Text>
            {items.length === most ? <Text>{w.capped(most)}</Text> : null}
            {verb === 'retry' && again > 0 ? <Text fw={600}>{w.again(again)}</Text> : null}
            {verb === 'retry' ? (
              <Checkbox label={w.render} description={w.renderHint} {...bindChecked(isRendered, render)} />
            ) : null}
          </>
        )}
        <Group justify="flex-end" gap="xs">
          {run.isPending ? (
            <Button onClick={() => stop.current.abort()}>{terms.stop}</Button>
          ) : (
            <Button onClick={close} data-autofocus>
              {run.isIdle ? (verb === 'cancel' ? terms.dontCancel : parts.cancel) : terms.close}
            </Button>
          )}
          {run.isIdle && items.length > 0 ? (
            <Button
              variant="filled"
              {...(verb === 'cancel' ? { color: 'red.9' } : {})}
              onClick={() => run.mutate(items)}
            >
              {w.run[verb](items.length)}
            </Button>
          ) : null}
        </Group>
      </Stack>
    </Dialog>
  );
}

type RunningProps = { progress: BulkProgress | null; all: number; isOver: boolean; error: unknown };

function Running({ progress, all, isOver, error }: RunningProps): ReactNode {
  const { done, refused, left } = progress ?? { done: 0, refused: new Map<string, number>(), left: all };
  const refusals = [...refused];
  return (
    <>
      <Progress value={all - left} of={all} label={terms.progress} />
      <div role="status">
        {isOver ? (
          <>
            <Text fw={600}>{w.done(done)}</Text>
            {left > 0 ? <Text>{w.stopped(left)}</Text> : null}
          </>
        ) : (
          <Text>{w.progress(all - left, all)}</Text>
        )}
      </div>
      {refusals.length === 0 ? null : (
        <div>
          <Text>{w.refused(refusals.reduce((sum, [, count]) => sum + count, 0))}</Text>
          <ul>
            {refusals.map(([why, count]) => (
              <li key={why}>{w.why(count, why)}</li>
            ))}
          </ul>
        </div>
      )}
      <Problem error={error} />
    </>
  );
}

const isList = (what: Props['what']): what is readonly Delivery[] => Array.isArray(what);

/** All that the filter finds, page by page, before anything changes what it finds. */
async function collect(query: DeliveryQuery, signal: AbortSignal, tell: (found: number) => void): Promise<Delivery[]> {
  const found: Delivery[] = [];
  for await (const one of client().list('listDeliveries', { query, signal })) {
    found.push(one);
    if (found.length % 200 === 0) tell(found.length);
    if (found.length >= most) break;
  }
  return found;
}

async function actOn(verb: 'retry' | 'cancel', { id }: Delivery, isRendered: boolean): Promise<string | null> {
  try {
    if (verb === 'cancel') await client().call('cancelDelivery', { params: { id } });
    else await client().call('retryDelivery', { params: { id }, body: { render: isRendered } });
    return null;
  } catch (error) {
    // What was refused for itself is counted; a server that is away, or no right, ends the work.
    if (error instanceof ClientError && (error.status === 409 || error.status === 404)) return error.message;
    throw error;
  }
}
