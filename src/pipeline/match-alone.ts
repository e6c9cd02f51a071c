import type { Lease } from '../journal/journal.ts';
import type { DeliveryCommands } from './commands/delivery-commands.ts';
import { askHere } from './commands/owner-commands.ts';
import type { Dispatching } from './dispatch/dispatchers.ts';
import { createFire } from './firing.ts';
import { Matcher, type MatcherOptions } from './matcher.ts';
import { ownedAlone } from './owned-partitions.ts';
import type { PipelineParts } from './pipeline-parts.ts';
import type { Configuration } from './snapshot/snapshot.ts';

/** Embedded mode: one matcher, of the one partition. */
export function matchAlone(
  { journal, clock, random, telemetry, authenticator }: PipelineParts,
  { configuration, events }: Pick<MatcherOptions, 'events'> & { configuration: Configuration },
  dispatcher: Dispatching,
  lease: Lease,
) {
  const fire = createFire({ configuration, clock, random });
  const matcher = new Matcher({ journal, lease, clock, fire, dispatcher, events, acknowledged: 'stored', telemetry });
  return {
    matcher,
    ownPartitions: ownedAlone(lease),
    shown: { dispatcher, authenticator },
    commandsOf: askHere<DeliveryCommands>,
    nodes: () => 1,
    roster: () => null,
    mayAct: () => true,
    problem: () => null,
    start: () => matcher.start(),
    [Symbol.asyncDispose]: () => matcher[Symbol.asyncDispose](),
  };
}
