import type { Client } from '../../sqlite/operation.ts';
import { intakeOperations } from './accept.ts';
import { commandOperations } from './commands.ts';
import { erasureOperations } from './erasures/erasures.ts';
import { leaseOperations } from './leases.ts';
import { deliveryDetailOperations } from './lists/delivery-details.ts';
import { deliveryHistogramOperations } from './lists/delivery-histogram.ts';
import { deliveryListOperations } from './lists/delivery-list.ts';
import { deliverySearchOperations } from './lists/delivery-search.ts';
import { eventOperations } from './lists/events.ts';
import { visitorMarkOperations } from './lists/visitor-marks.ts';
import { passedOperations } from './passed-deliveries.ts';
import { logOperations } from './queue/delivery-commands.ts';
import { queueOperations } from './queue/delivery-queue.ts';
import { openCountOperations } from './queue/open-counts.ts';
import { pauseOperations } from './queue/pauses.ts';
import { quarantineOperations } from './queue/quarantine.ts';
import { rateOperations } from './queue/rates.ts';
import { replayOperations } from './replays/replays.ts';
import { bodyOperations } from './retention/body-retention.ts';
import { retentionOperations } from './retention/retention.ts';
import { settleOperations } from './settle.ts';
import { statisticsOperations } from './statistics/statistics.ts';
import { statusOperations } from './statuses.ts';

// The tables that these operations share, where their names are not those of the code:
//
// event_group     the events of intake requests that came together; a row of events per commit, not per event
// attempt_block   the attempts of deliveries that were settled together
// target          a queue: destination, connection and replay, as one number
// word            an id from outside or a text of a closed list, as one number
// seen            the identities of events, for deduplication
// gate            a hold that responses caused
// in_flight       the in-flight marker
// clock_break     an entry whose time is earlier than that of the one before it: the clock was set back
// note            of the notes/ port: also alert_message/…, alert_report/…, key_use/…, token_pauses/…, refresh_token/…
// visitor_marks   hashes of two bytes of the visitors and anonymous ids of a segment, by which searches skip other events

/** The operations of the journal in the storage threads. */
export const operations = {
  ...leaseOperations,
  ...commandOperations,
  ...statusOperations,
  ...intakeOperations,
  ...passedOperations,
  ...eventOperations,
  ...visitorMarkOperations,
  ...queueOperations,
  ...pauseOperations,
  ...rateOperations,
  ...quarantineOperations,
  ...settleOperations,
  ...logOperations,
  ...openCountOperations,
  ...deliveryListOperations,
  ...deliveryDetailOperations,
  ...deliverySearchOperations,
  ...deliveryHistogramOperations,
  ...replayOperations,
  ...retentionOperations,
  ...bodyOperations,
  ...erasureOperations,
  ...statisticsOperations,
};

/** Calls of these operations in the storage threads. */
export type JournalClient = Client<typeof operations>;
