import type { FastifyReply, FastifyRequest } from 'fastify';
import { asAppError, problemOf } from './problem.ts';
import { securityHeaders } from './security-headers.ts';

type Manner = { docs: string; scrub(text: string): string };

/** Sends an error as problem+json. All errors become responses here. */
export function answerProblem(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  { docs, scrub }: Manner,
): void {
  const known = asAppError(error);
  const instance = request.url.split('?', 1)[0] ?? '';
  request.failure = known.cause ?? known;
  reply.headers({ ...securityHeaders, 'x-request-id': request.id, 'cache-control': 'no-store' });
  // The rest of the body is read and discarded: closing would reset the connection before the sender reads the error.
  if (known.code === 'too_large') reply.removeHeader('connection');
  if (known.code === 'unauthorized') reply.header('www-authenticate', 'Bearer');
  const { retryAfterSeconds } = known.extra;
  if (typeof retryAfterSeconds === 'number') reply.header('retry-after', String(retryAfterSeconds));
  if (known.status === 503 && !reply.hasHeader('retry-after')) reply.header('retry-after', '1');
  if (known.code === 'version_mismatch' && typeof known.extra['version'] === 'number')
    reply.header('etag', `"${known.extra['version']}"`);
  const problem = problemOf(known, { docs, instance, requestId: request.id }, scrub);
  reply.code(known.status).type('application/problem+json').send(JSON.stringify(problem));
}
