import { AppError } from '../contract/errors.ts';
import type { IncomingRequest, Matcher } from './matcher.ts';
import type { IntakeMasks } from './privacy.ts';

/** Stores the events of one request durably and passes them on; returns their ids in input order. */
export type Accept = (request: IncomingRequest) => Promise<string[]>;

/**
 * Here the journey of an event begins:
 *
 *   accept.ts   refused while storage is full; personal data masked
 *   matcher.ts  stored, matched against the rules, its deliveries planned, in one transaction
 *   dispatch/   queued by destination; the dispatcher decides when each delivery is sent
 *   attempt/    mapped, rendered, built, authenticated, signed, sent, judged
 *   dispatch/   the outcome changes limits and holds, and is recorded with the next step
 *
 * Before the promise resolves, and the sender gets its 200, these run: the commit, the observers of the new events and of
 * their deliveries, and the dispatcher, up to the requests that it can send at once, which are written to their sockets. No
 * error of these fails the request: what is stored must not be sent again (`Matcher.accept`).
 */
export function createAccept({
  retention,
  masks,
  matcher,
}: {
  retention: { readonly isFull: boolean };
  masks: IntakeMasks;
  matcher: Pick<Matcher, 'accept'>;
}): Accept {
  return (request) => {
    if (retention.isFull) return Promise.reject(new AppError('storage_full'));
    const mask = masks(request.collectorId);
    if (mask === null) return matcher.accept(request);
    return mask(request.events).then((events) => matcher.accept({ ...request, events }));
  };
}
