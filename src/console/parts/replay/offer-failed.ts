import type { ReplayPlan } from '../../../contract/records/replay.ts';
import { replays as words } from '../../messages/en.ts';
import { client } from '../../session/session.ts';
import { notifyOffer } from '../parts.ts';

/** After a change of a destination: offers to send again what failed there. Says nothing when nothing has, or can't be counted. */
export async function offerFailed(destinationId: string, open: () => void): Promise<void> {
  const body = {
    of: 'deliveries' as const,
    filter: { destinationId, status: 'failed' as const },
    body: 'current' as const,
    plan: true,
  };
  try {
    const { deliveries } = (await client().call('createReplay', { body })) as ReplayPlan; // what `plan` is answered with
    if (deliveries > 0) notifyOffer(words.failedAt(deliveries), { label: words.sendWithTemplate, run: open });
  } catch {
    // The change is saved; the failed deliveries can be found and sent again from the page of the destination, too.
  }
}
