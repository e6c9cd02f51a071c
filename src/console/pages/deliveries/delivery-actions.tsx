import { Button } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { Delivery } from '../../../contract/records/delivery.ts';
import { useApi } from '../../data/api.ts';
import { deliveries as words } from '../../messages/en/deliveries.ts';
import { terms } from '../../messages/en/terms.ts';
import { ConfirmDialog } from '../../parts/form/confirm-dialog.tsx';
import { Icon } from '../../parts/icon.tsx';
import { notifyDone, notifyFailed } from '../../parts/notify.ts';
import { useMay } from '../../session/rights.ts';
import { ReplayButton } from '../replays/replay-button.tsx';
import { needsRender } from './delivery-summary.ts';

const w = words.page;
const unfinished = new Set(['pending', 'sending', 'retrying', 'held']);

/** What a person can do with a delivery: send it again, as it was or rendered anew, or end it. */
export function DeliveryActions({ delivery }: { delivery: Delivery }): ReactNode {
  const { id, status, test } = delivery;
  const mayManage = useMay('deliveries:manage');
  const retry = useApi('retryDelivery');
  const cancel = useApi('cancelDelivery');
  const [asked, ask] = useState<'retry' | 'render' | 'cancel' | null>(null);
  if (!mayManage) return null;

  const send = (render: boolean) =>
    retry.mutate(
      { params: { id }, body: { render } },
      {
        onSuccess() {
          ask(null);
          notifyDone(w.retried);
        },
        onError: notifyFailed,
      },
    );
  const end = () =>
    cancel.mutate(
      { params: { id } },
      {
        onSuccess() {
          ask(null);
          notifyDone(w.cancelled);
        },
        onError: notifyFailed,
      },
    );
  const start = (render: boolean) => (status === 'delivered' ? ask(render ? 'render' : 'retry') : send(render));
  const isOff = test || status === 'sending';
  const isRenderFirst = needsRender(delivery);
  const hint = test ? { title: w.testOnce } : {};
  return (
    <>
      {(isRenderFirst ? [true, false] : [false, true]).map((render, at) => (
        <Button
          key={String(render)}
          leftSection={at === 0 ? <Icon name="retry" /> : undefined}
          variant={at === 0 && status !== 'delivered' ? 'filled' : 'default'}
          disabled={isOff}
          loading={retry.isPending}
          onClick={() => start(render)}
          {...(at === 0 ? { 'data-key-retry': true } : {})}
          {...hint}
        >
          {render ? w.retryRendered : w.retryNow}
        </Button>
      ))}
      {test ? null : <ReplayButton from={() => ({ of: 'deliveries', ids: [id] })} />}
      {unfinished.has(status) ? (
        <Button variant="default" onClick={() => ask('cancel')}>
          {w.cancel}
        </Button>
      ) : null}
      <ConfirmDialog
        isOpen={asked === 'retry' || asked === 'render'}
        title={w.retryDelivered}
        verb={asked === 'render' ? w.retryRendered : w.retryNow}
        isDangerous={false}
        isBusy={retry.isPending}
        onConfirm={() => send(asked === 'render')}
        onCancel={() => ask(null)}
      >
        {w.retryDeliveredText}
      </ConfirmDialog>
      <ConfirmDialog
        isOpen={asked === 'cancel'}
        title={w.cancelTitle}
        verb={w.cancel}
        cancel={terms.dontCancel}
        isBusy={cancel.isPending}
        onConfirm={end}
        onCancel={() => ask(null)}
      >
        {w.cancelText}
      </ConfirmDialog>
    </>
  );
}
