import type { Server } from '../server.ts';

/** The inbox that plays the partner. */
export const partnerInbox = 'shop-partner';

const delayMs = 400;
const stumbleEveryMs = 45_000;
/** Requests in a row that a stumble fails; they are tried again and arrive. */
const failFirst = 3;

/** Makes the demo's second system answer slowly, and now and then with 503 for a moment, as real systems do. */
export function slowPartner(server: Pick<Server, 'setInboxRule'>) {
  let stumbledAt = Number.NEGATIVE_INFINITY;
  return {
    /** To be called from time to time. */
    async live(now: number): Promise<void> {
      if (now - stumbledAt < stumbleEveryMs) return;
      stumbledAt = now;
      await server.setInboxRule(partnerInbox, { delayMs, failFirst });
    },
  };
}
