import type { BucketRate as Rate } from '../../async/rate-limiter.ts';
import { AuthorizedConnection } from '../../connections/authenticator.ts';
import { parseBaseUrl } from '../../connections/base-url.ts';
import { missingHeaderValues } from '../../connections/missing-credentials.ts';
import { type ResponseRedaction, responseRedaction, secretHeaderNames } from '../../connections/secret-redaction.ts';
import type { ConnectionBody, RetryPolicy } from '../../contract/documents/connection.ts';
import type { DestinationBody } from '../../contract/documents/destination.ts';
import { readsItems } from '../../destinations/item-match.ts';
import { type BuildRequest, requestBuilder } from '../../destinations/webhook.ts';
import type { Document, Documents } from './documents.ts';
import { type Order, type OrderKeyOf, orderKeys } from './order-key.ts';

/**
 * One version of a destination and the current version of its connection, compiled for sending: the two documents, and
 * everything about them that each dispatch decision and each attempt needs. Immutable; a saved change of either document
 * makes a new plan.
 */
export type DestinationPlan = {
  readonly destination: Document<DestinationBody>;
  readonly connection: Document<ConnectionBody>;

  // For the dispatcher.
  /** Scheme, host and port of its requests; '' for an invalid base URL. */
  readonly origin: string;
  /** The configured limit of requests at once for the connection; null: the dispatcher's own limits. */
  readonly concurrency: number | null;
  /** Of the whole connection; null: no limit. */
  readonly connectionRate: Rate | null;
  /** Of this destination alone; null: no limit. */
  readonly destinationRate: Rate | null;
  readonly order: Order | null;
  readonly orderKeyOf: OrderKeyOf | null;
  readonly breaker: ConnectionBody['settings']['breaker'];
  /** The most deliveries per request; 1: no batches. */
  readonly batchRecords: number;

  // For attempts.
  readonly build: BuildRequest;
  readonly authorized: AuthorizedConnection;
  readonly retry: RetryPolicy;
  /** Whether its outcome rules read the items of responses, which are then read in greater length. */
  readonly readsItems: boolean;
  /** Names the secret headers that have no value; null: none. */
  readonly missingHeaders: string | null;
  /** Header names of requests that are masked in logs, in lower case; null: no custom header is secret. */
  readonly secretHeaders: ReadonlySet<string> | null;
  readonly redactResponse: ResponseRedaction;
};

/** Compiles a version of a destination for the current version of its connection. */
export function destinationPlan(
  destination: Document<DestinationBody>,
  connection: Document<ConnectionBody>,
): DestinationPlan {
  const { rate, breaker, retry, headers } = connection.body.settings;
  const { rate: ownRate, retry: ownRetry, order, batch, outcomes, headers: ownHeaders } = destination.body.settings;
  const base = parseBaseUrl(connection.body);
  return {
    destination,
    connection,
    origin: base.ok ? base.url.origin : '',
    concurrency: rate.concurrency,
    connectionRate: setRate(rate),
    destinationRate: setRate(ownRate),
    order,
    orderKeyOf: orderKeys(destination.id, order),
    breaker,
    batchRecords: batch.records,
    build: requestBuilder(connection.body, destination.body),
    authorized: new AuthorizedConnection(connection),
    retry: ownRetry ?? retry,
    readsItems: readsItems(outcomes),
    missingHeaders: missingHeaderValues(ownHeaders),
    secretHeaders: secretHeaderNames(connection.body.auth, headers, ownHeaders),
    redactResponse: responseRedaction(connection.body.auth, [connection.body, destination.body]),
  };
}

/** null: no limit is set. */
function setRate(rate: { limit: number | null; perMs: number } | null): Rate | null {
  return rate === null || rate.limit === null ? null : { limit: rate.limit, perMs: rate.perMs };
}

/** The plan of a current destination by id; null: the destination or its connection was deleted. */
export type PlanOf = (destinationId: string) => DestinationPlan | null;

/** Compiles plans on first use, and caches them while both documents stay the same. */
export function destinationPlans(): (documents: Documents) => PlanOf {
  const plans = new Map<string, DestinationPlan>();
  return (documents) => {
    const found = new Map<string, DestinationPlan>();
    return (destinationId) => {
      const seen = found.get(destinationId);
      if (seen !== undefined) return seen;
      const destination = documents.destination.get(destinationId);
      const connection = destination && documents.connection.get(destination.body.connectionId);
      if (destination === undefined || connection === undefined) {
        plans.delete(destinationId);
        return null;
      }
      const known = plans.get(destinationId);
      const isSame = known?.destination === destination && known.connection === connection;
      const plan = isSame ? known : destinationPlan(destination, connection);
      plans.set(destinationId, plan);
      found.set(destinationId, plan);
      return plan;
    };
  };
}
