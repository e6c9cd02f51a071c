import { Button, Checkbox, Group, Modal, Stack, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { ClientError } from '../../../client/client.ts';
import type { Delivery } from '../../../contract/records/delivery.ts';
import { deliveries as words } from '../../messages/en/deliveries.ts';
import { parts } from '../../messages/en/parts.ts';
import { terms } from '../../messages/en/terms.ts';
import { Problem } from '../../parts/problem.tsx';
import { client } from '../../session/session.ts';
import { type BulkProgress, bulkRun } from './bulk-run.ts';
import css from './deliveries.module.css';
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

type Run = { progress: BulkProgress; isOver: boolean; error: unknown };

/** Counts what is meant, tells what will happen, does it with a progress and a stop button, and says how it went. */
export function BulkDialog({ verb, what, onClose }: Props): ReactNode {
  const queries = useQueryClient();
  const [found, count] = useState<{ items: readonly Delivery[]; isCounted: boolean; error: unknown }>({
    items: Array.isArray(what) ? what : [],
    isCounted: Array.isArray(what),
    error: null,
  });
  const [isRendered, render] = useState(false);
  const [run, setRun] = useState<Run | null>(null);
  const stop = useRef(new AbortController());

  useEffect(() => {
    if (Array.isArray(what)) return;
    const counting = new AbortController();
    collect(what as DeliveryQuery, counting.signal, (items) => count({ items, isCounted: false, error: null })).then(
      (items) => counting.signal.aborted || count({ items, isCounted: true, error: null }),
      (error) => counting.signal.aborted || count({ items: [], isCounted: true, error }),
    );
    return () => counting.abort();
  }, [what]);

  const { items, isCounted } = found;
  async function start() {
    const begun: Run = { progress: { done: 0, refused: new Map(), left: items.length }, isOver: false, error: null };
    setRun(begun);
    let { progress } = begun;
    try {
      progress = await bulkRun({
        items,
        act: (one) => actOn(verb, one, isRendered),
        onProgress: (next) => setRun({ progress: next, isOver: false, error: null }),
        signal: stop.current.signal,
      });
      setRun({ progress, isOver: true, error: null });
    } catch (error) {
      stop.current.abort();
      setRun((before) => ({ progress: before?.progress ?? progress, isOver: true, error }));
    }
    void queries.invalidateQueries();
  }
  const close = () => {
    stop.current.abort();
    onClose(run !== null);
  };

  const again = items.filter(({ status }) => status === 'delivered').length;
  return (
    <Modal
      opened
      onClose={close}
      title={verb === 'retry' ? w.retryTitle : w.cancelTitle}
      closeButtonProps={{ 'aria-label': terms.close }}
    >
      <Stack>
        {found.error === null ? null : <Problem error={found.error} />}
        {run !== null ? (
          <Running run={run} all={items.length} />
        ) : !isCounted ? (
          <Text role="status">{w.counting(items.length)}</Text>
        ) : items.length === 0 ? (
          <Text>{w.nothing}</Text>
        ) : (
          <>
            <Text>{verb === 'retry' ? w.retryText(items.length) : w.cancelText(items.length)}</Text>
            {items.length === most ? <Text>{w.capped(most)}</Text> : null}
            {verb === 'retry' && again > 0 ? <Text fw={600}>{w.again(again)}</Text> : null}
            {verb === 'retry' ? (
              <Checkbox
                label={w.render}
                description={w.renderHint}
                checked={isRendered}
                onChange={(event) => render(event.currentTarget.checked)}
              />
            ) : null}
          </>
        )}
        <Group justify="flex-end" gap="xs">
          {run !== null && !run.isOver ? (
            <Button variant="default" onClick={() => stop.current.abort()}>
              {terms.stop}
            </Button>
          ) : (
            <Button variant="default" onClick={close} data-autofocus>
              {run === null ? (verb === 'cancel' ? terms.dontCancel : parts.cancel) : terms.close}
            </Button>
          )}
          {run === null && isCounted && items.length > 0 ? (
            <Button {...(verb === 'cancel' ? { color: 'red.9' } : {})} onClick={() => void start()}>
              {w.run[verb](items.length)}
            </Button>
          ) : null}
        </Group>
      </Stack>
    </Modal>
  );
}

function Running({ run: { progress, isOver, error }, all }: { run: Run; all: number }): ReactNode {
  const { done, refused, left } = progress;
  const refusals = [...refused];
  return (
    <>
      <progress className={css['progress']} value={all - left} max={Math.max(all, 1)} aria-label={terms.progress} />
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
      {error === null ? null : <Problem error={error} />}
    </>
  );
}

/** All that the filter finds, page by page, before anything changes what it finds. */
async function collect(query: DeliveryQuery, signal: AbortSignal, tell: (found: readonly Delivery[]) => void) {
  const found: Delivery[] = [];
  for await (const one of client().list('listDeliveries', { query, signal })) {
    found.push(one);
    if (found.length % 200 === 0) tell([...found]);
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
