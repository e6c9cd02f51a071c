import { count } from '../counts.ts';
import { formatNumber } from '../format.ts';

/** Words of Home. */
export const home = {
  lead: 'Traffic and anything that needs attention',
  welcome: {
    title: 'First steps',
    text: 'See how it works, or send your own event. It takes a minute.',
    hide: 'Dismiss',
  },
  tiles: {
    success: 'Success rate',
    successHint: 'of finished deliveries',
    latency: 'Delivery time (p95)',
    waiting: 'Oldest pending',
    held: 'Held now',
    underOne: '< 1',
    perMinute: (rate: string) => `${rate}/min`,
  },
  funnel: {
    matched: 'Matched an action',
    unmatched: (events: number) => `${count.events(events)} matched no action. That’s expected.`,
  },
  chart: {
    sentence: ({ delivered, failed, held }: Record<'delivered' | 'failed' | 'held', number>, range: string) =>
      `Last ${range}: ${formatNumber(delivered)} delivered, ${formatNumber(failed)} failed, ${formatNumber(held)} holds.`,
  },
  attention: {
    quiet: 'All clear',
    quietText: 'No open problems.',
    connection: (name: string) => `${name} needs attention`,
    tripped: (name: string) => `${name} is suspended: too many errors`,
    held: (held: number) => `${count.deliveries(held)} held.`,
    heldOf: (name: string, held: number) => `${name}: ${count.deliveries(held)} held`,
    lookAtIssue: 'View issue',
    lookAtConnection: 'View connection',
    secret: {
      expired: (name: string) => `The pasted token of ${name} has expired`,
      expires: (name: string) => `The pasted token of ${name} expires soon`,
      certificateExpired: (name: string) => `The client certificate of ${name} has expired`,
      certificateExpires: (name: string) => `The client certificate of ${name} expires soon`,
    },
    secretText: (when: string) => `Expiry: ${when}. You need to get a new one from the provider.`,
    disabled: (destination: string) => `${destination} is disabled but still used`,
    usedBy: (actions: string) => `Used by ${actions}. Its deliveries are held.`,
    enable: 'View destination',
    failed: (failed: number) => `${count.deliveries(failed)} failed`,
    failedText: 'Failed deliveries can be replayed.',
    rejected: (rejected: number) => `${count.requests(rejected)} rejected on intake`,
    rejectedText: (reason: string, times: number) => `Most common reason: ${reason} (${formatNumber(times)}).`,
    lookAtCollectors: 'View Data Collection',
  },
  changes: {
    title: 'Recent changes',
    none: 'No changes yet',
    all: 'View audit log',
    created: (kind: string, who: string) => `${who} created this ${kind}`,
    changed: (kind: string, who: string) => `${who} changed this ${kind}`,
  },
} as const;
