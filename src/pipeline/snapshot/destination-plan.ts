import { originOf } from '../../connections/base-url.ts';
import type { ConnectionBody } from '../../contract/documents/connection.ts';
import type { DestinationBody } from '../../contract/documents/destination.ts';
import type { Rate } from '../limits/rate-limiter.ts';
import type { Document, Documents } from './documents.ts';

/**
 * The current configuration for sending to one destination: its document, its connection's, and the settings that each
 * dispatch decision needs. Immutable; a saved change of either document makes a new plan.
 */
export type DestinationPlan = {
  readonly destination: Document<DestinationBody>;
  readonly connection: Document<ConnectionBody>;
  /** Scheme, host and port of its requests; '' for an invalid base URL. */
  readonly origin: string;
  /** The configured limit of requests at once for the connection; null: the dispatcher's own limits. */
  readonly concurrency: number | null;
  /** Of the whole connection; null: no limit. */
  readonly connectionRate: Rate | null;
  /** Of this destination alone; null: no limit. */
  readonly destinationRate: Rate | null;
  readonly order: DestinationBody['settings']['order'];
  readonly breaker: ConnectionBody['settings']['breaker'];
  /** The most deliveries per request; 1: no batches. */
  readonly batchRecords: number;
};

/** The plan of a current destination by id; null: the destination or its connection was deleted. */
export type PlanOf = (destinationId: string) => DestinationPlan | null;

/** Creates plans on first use, and caches them while both documents stay the same. */
export function destinationPlans(): (documents: Documents) => PlanOf {
  const plans = new Map<string, DestinationPlan>();
  return (documents) => (destinationId) => {
    const destination = documents.destination.get(destinationId);
    const connection = destination && documents.connection.get(destination.body.connectionId);
    if (destination === undefined || connection === undefined) {
      plans.delete(destinationId);
      return null;
    }
    const known = plans.get(destinationId);
    if (known?.destination === destination && known.connection === connection) return known;
    const { rate, breaker } = connection.body.settings;
    const { rate: ownRate, order, batch } = destination.body.settings;
    const plan: DestinationPlan = {
      destination,
      connection,
      origin: originOf(connection.body) ?? '',
      concurrency: rate.concurrency,
      connectionRate: rate.limit === null ? null : rate,
      destinationRate: ownRate === null || ownRate.limit === null ? null : ownRate,
      order,
      breaker,
      batchRecords: batch.records,
    };
    plans.set(destinationId, plan);
    return plan;
  };
}
