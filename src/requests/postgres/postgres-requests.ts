import type { Postgres } from '../../postgres/postgres.ts';
import type { Requests } from '../requests.ts';
import { postgresResponses } from './kept-responses.ts';
import { postgresRejected } from './rejected-requests.ts';

/** The requests of an open database, which stays open when they end. `bytesMax`: limit of all kept responses. */
export function postgresRequests(postgres: Pick<Postgres, 'query' | 'read'>, bytesMax = 64 * 1_048_576): Requests {
  return { rejected: postgresRejected(postgres), responses: postgresResponses(postgres, bytesMax) };
}
