import type { FastifyRequest } from 'fastify';
import { AppError } from '../../contract/errors.ts';

/**
 * The origin of a request as the browser states it: Sec-Fetch-Site, which no page can forge, else Origin, which must be
 * this server's public URL or the URL of the request. `untold`: neither header, as from programs.
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
 * Throws AppError `cross_site_request` for a change that another site may have made a browser send. With the session
 * cookie the request must state this origin. Without credentials (a sign-in) it must not state another one, so that no
 * page can sign a person in as another user. Requests with a token pass: no page can make a browser send one.
 */
export function checkOrigin(request: FastifyRequest, publicUrl: string | null): void {
  if (request.method === 'GET' || request.method === 'HEAD') return;
  const origin = originOf(request, publicUrl);
  if (origin === 'foreign' || (origin === 'untold' && request.principal.sessionId !== null))
    throw new AppError('cross_site_request');
}
