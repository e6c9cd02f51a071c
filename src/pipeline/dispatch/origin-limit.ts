import { EXCHANGES_MAX } from '../../egress/egress.ts';
import { type Crowd, type DestinationQueue, fairShare, type Lane, type Site } from './destination-queue.ts';

/**
 * How much each origin has on the wire, of all its connections together. What egress has no connection for would wait
 * there until its time is over and count as a failure of a peer that was never asked; so it is not begun, and the lanes
 * that wait go on in turn.
 */
export function createSites(options: {
  originOf(connectionId: string): string | null;
  /** Starts what may start, and asks for room before each. */
  pump(lane: Lane): void;
}) {
  const sites = new Map<string, Site>();

  /** Where a connection moves to counts as soon as nothing of it is on the wire. */
  function siteOf(lane: Lane): Site {
    if (lane.site !== null && lane.inFlight > 0) return lane.site;
    const origin = options.originOf(lane.connectionId) ?? '';
    const site = sites.get(origin) ?? { inFlight: 0, waiting: new Set() };
    sites.set(origin, site);
    lane.site = site;
    return site;
  }

  return {
    /** Whether one more request may leave; a lane that may not goes on when there is room. */
    hasRoom(lane: Lane): boolean {
      const site = siteOf(lane);
      if (site.inFlight < EXCHANGES_MAX) return true;
      site.waiting.add(lane);
      return false;
    },
    /** What is under way where a queue may begin nothing more; null: it may. `limit`: what a person allows its connection. */
    crowdAt(queue: DestinationQueue, limit: number | null): Crowd | null {
      const { lane, concurrency, inFlight } = queue.replay?.live ?? queue;
      const site = siteOf(lane);
      if (site.inFlight >= EXCHANGES_MAX) return { of: 'origin', underWay: site.inFlight };
      if (limit !== null && lane.inFlight >= limit) return { of: 'connection', underWay: lane.inFlight };
      const most = Math.min(concurrency.limit, fairShare(lane, limit));
      return inFlight >= most ? { of: 'destination', underWay: inFlight } : null;
    },
    /** A request left. */
    enter(lane: Lane) {
      siteOf(lane).inFlight += 1;
      lane.inFlight += 1;
    },
    /** One is back: the lanes that wait come before the one whose it was. */
    leave(lane: Lane) {
      const site = siteOf(lane);
      site.inFlight -= 1;
      lane.inFlight -= 1;
      for (const next of site.waiting) {
        if (site.inFlight >= EXCHANGES_MAX) return;
        // It goes on when it has learnt from the answer.
        if (next === lane) continue;
        site.waiting.delete(next);
        options.pump(next);
      }
    },
  };
}

export type Sites = ReturnType<typeof createSites>;
