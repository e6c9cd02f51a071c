import type { FastifyReply, FastifyRequest } from 'fastify';
import { asAppError, type ProblemStyle, problemResponse } from '../../http/problem.ts';

/** Sends an error as problem+json. */
export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply, style: ProblemStyle): void {
  const known = asAppError(error);
  request.failure = known.cause ?? known;
  const { status, headers, body } = problemResponse(
    known,
    { instance: request.url.split('?', 1)[0] ?? '', requestId: request.id },
    style,
  );
  // The rest of the body is read and discarded: closing would reset the connection before the sender reads the error.
  if (known.code === 'too_large') reply.removeHeader('connection');
  reply.code(status).headers(headers).send(body);
}
