import { counted, formatNumber } from '../format.ts';

const deliveries = { one: 'delivery', other: 'deliveries' };
const requests = { one: 'request', other: 'requests' };

/** Words of Home. */
export const home = {
  title: 'Home',
  lead: 'What came in, what went out, and what needs you.',
  welcome: {
    title: 'New here?',
    text: 'See how it works, or send an event of your own: it takes a minute.',
    go: 'First steps',
    hide: 'Do not show again',
  },
  noStats: 'The numbers of this page need the right “View Settings”. An administrator can give it to you.',
  tiles: {
    received: 'Events received',
    success: 'Success rate',
    successHint: 'of the deliveries that ended',
    latency: 'Time to deliver',
    latencyHint: '95 of 100 were quicker',
    waiting: 'Oldest waiting',
    nothingWaits: 'Nothing waits',
    none: 'Nothing yet',
    underOne: 'less than 1',
    perMinute: (rate: string) => `${rate} a minute`,
  },
  funnel: {
    title: 'From event to delivery',
    steps: {
      received: 'Events received',
      matched: 'Fired an Action',
      created: 'Deliveries made',
      delivered: 'Delivered',
    },
    ends: {
      held: 'Put on hold',
      retried: 'Tried again',
      failed: 'Failed',
      skipped: 'Skipped',
      rejected: 'Requests refused',
    },
    unmatched: (count: number) =>
      `${counted(count, { one: 'event', other: 'events' })} fired no Action: that is normal, Actions choose.`,
    reasons: 'Why not everything was delivered',
    reason: (outcome: string, reason: string) => `${outcome}: ${reason}`,
  },
  chart: {
    title: 'Deliveries over time',
    delivered: 'Delivered',
    failed: 'Failed',
    held: 'Put on hold',
    sentence: (delivered: number, failed: number, held: number, range: string) =>
      `In the last ${range}, ${counted(delivered, deliveries)} arrived, ${formatNumber(failed)} failed and ${formatNumber(held)} times one was put on hold.`,
  },
  attention: {
    title: 'Needs attention',
    quiet: 'All quiet.',
    quietText: 'Nothing is held, nothing failed, every system is reachable.',
    connection: (name: string) => `${name} needs attention`,
    tripped: (name: string) => `${name} is resting after many failures`,
    held: (count: number) => `${counted(count, deliveries)} held.`,
    heldOf: (name: string, count: number) => `${name} holds ${counted(count, deliveries)}`,
    lookAtIssue: 'Look at the issue',
    lookAtConnection: 'Look at the connection',
    secret: {
      expired: (name: string) => `The token pasted into ${name} has expired`,
      expires: (name: string) => `The token pasted into ${name} expires soon`,
      certificateExpired: (name: string) => `The client certificate of ${name} has expired`,
      certificateExpires: (name: string) => `The client certificate of ${name} expires soon`,
    },
    secretText: (when: string) => `Its end: ${when}. Only a person can get a new one from the system.`,
    disabled: (destination: string) => `${destination} is off, but in use`,
    usedBy: (actions: string) => `Used by ${actions}. What would be sent is held.`,
    enable: 'Open the destination',
    failed: (count: number) => `${counted(count, deliveries)} failed`,
    failedText: 'They are kept and can be sent again.',
    lookAtFailed: 'Look at what failed',
    rejected: (count: number) => `${counted(count, requests)} refused on the way in`,
    rejectedText: (reason: string, count: number) => `Most often: ${reason} (${formatNumber(count)}).`,
    lookAtCollectors: 'Look at Data Collection',
  },
  changes: {
    title: 'Recent changes',
    none: 'Nobody changed anything yet.',
    all: 'Audit log: everything that was done',
    kinds: {
      connection: 'Connection',
      destination: 'Destination',
      action: 'Action',
      behavior: 'Behavior',
      collector: 'Collector',
    },
    created: (kind: string, who: string) => `${kind} made by ${who}`,
    changed: (kind: string, who: string) => `${kind} changed by ${who}`,
  },
} as const;
