import type { ReactNode } from 'react';
import type { Delivery } from '../../../contract/records/delivery.ts';
import { terms, deliveries as words } from '../../messages/en.ts';
import { ActButton, Icon } from '../../parts/parts.ts';
import { isUnfinished, needsRender } from '../../parts/payload/delivery-summary.ts';
import { ReplayButton } from '../../parts/replay/replay-button.tsx';
import { useMay } from '../../session/rights.ts';

const w = words.page;

/** What a person can do with a delivery: send it again, as it was or rendered again, or end it. */
export function DeliveryActions({ delivery }: { delivery: Delivery }): ReactNode {
  const { id, status, test } = delivery;
  const mayManage = useMay('deliveries:manage');
  if (!mayManage) return null;
  const isDelivered = status === 'delivered';
  return (
    <>
      {(needsRender(delivery) ? [true, false] : [false, true]).map((render, at) => (
        <ActButton
          key={String(render)}
          route="retryDelivery"
          input={{ params: { id }, body: { render } }}
          done={w.retried}
          confirm={
            isDelivered ? { title: w.retryDelivered, children: w.retryDeliveredText, isDangerous: false } : undefined
          }
          disabled={test || status === 'sending'}
          {...(test ? { title: w.testOnce } : {})}
          {...(at === 0
            ? {
                leftSection: <Icon name="retry" />,
                variant: isDelivered ? 'default' : 'filled',
                'data-key-retry': true,
              }
            : {})}
        >
          {render ? w.retryRendered : w.retryNow}
        </ActButton>
      ))}
      {test ? null : <ReplayButton from={() => ({ of: 'deliveries', ids: [id] })} />}
      {isUnfinished(delivery) ? (
        <ActButton
          route="cancelDelivery"
          input={{ params: { id } }}
          done={w.cancelled}
          confirm={{ title: w.cancelTitle, children: w.cancelText, cancel: terms.dontCancel }}
        >
          {w.cancel}
        </ActButton>
      ) : null}
    </>
  );
}
