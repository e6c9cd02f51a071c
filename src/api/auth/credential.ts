import type { FastifyRequest } from 'fastify';
import type { Credential } from '../../identity/principal.ts';
import { bearerOf } from './bearer.ts';
import { sessionCookie } from './session-cookie.ts';

/** Reads the credential of a request: a bearer token, which takes precedence, or the session cookie. */
export function credentials(parts: { publicUrl: string | null }): (request: FastifyRequest) => Credential | null {
  const cookie = sessionCookie(parts);
  return (request) => {
    const token = bearerOf(request.headers.authorization);
    if (token !== null) return { kind: 'token', value: token };
    const secret = cookie.read(request);
    return secret === null ? null : { kind: 'session', value: secret };
  };
}
