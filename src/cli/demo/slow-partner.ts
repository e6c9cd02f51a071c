import type { Server } from '../server.ts';

/** The inbox that acts as the partner. */
export const partnerInbox = 'shop-partner';

const delayMs = 400;
const stumbleEveryMs = 45_000;
/** Failures in a row of one outage; the deliveries are retried and succeed. */
const failFirst = 3;

/** Makes the demo's second system respond slowly, with a short series of 503 now and then, like a real system. */
export function slowPartner(server: Pick<Server, 'call'>) {
  let stumbledAt = Number.NEGATIVE_INFINITY;
  return {
    /** Must be called regularly. */
    async live(now: number): Promise<void> {
      if (now - stumbledAt < stumbleEveryMs) return;
      stumbledAt = now;
      await server.call('setInboxRule', { params: { name: partnerInbox }, body: { delayMs, failFirst } });
    },
  };
}
