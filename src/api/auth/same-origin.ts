import type { FastifyRequest } from 'fastify';
import { AppError } from '../../contract/errors.ts';

/**
 * Where a request comes from, as the browser tells: Sec-Fetch-Site, which no page can forge, else Origin, which must be
 * this server's public address or the one that it was asked at. `untold`: neither is there, as from programs.
 */
function originOf(request: FastifyRequest, publicUrl: string | null): 'own' | 'foreign' | 'untold' {
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' ? 'own' : 'foreign';
  const { origin } = request.headers;
  if (origin === undefined) return 'untold';
  const own = [`${request.protocol}://${request.headers.host}`, publicUrl === null ? null : new URL(publicUrl).origin];
  return own.includes(origin.toLowerCase()) ? 'own' : 'foreign';
}

/**
 * Throws AppError `cross_site_request` for a change that another site may have made a browser ask for: with the session
 * cookie unless it tells that it comes from here; by nobody, who is about to sign in, if it tells that it does not, so
 * that no page can sign people in as somebody else. Not for requests with a token: no page can make a browser send one.
 */
export function checkOrigin(request: FastifyRequest, publicUrl: string | null): void {
  if (request.method === 'GET' || request.method === 'HEAD') return;
  const origin = originOf(request, publicUrl);
  if (origin === 'foreign' || (origin === 'untold' && request.principal.sessionId !== null))
    throw new AppError('cross_site_request');
}
