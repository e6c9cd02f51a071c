import { promisify } from 'node:util';
import zlib from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';

const gzip = promisify<string | Buffer, zlib.ZlibOptions, Buffer>(zlib.gzip);

/** Shorter responses fit into a few packets as they are. */
const compressedFrom = 4_096;

/** Whether a client accepts gzip: `Accept-Encoding` names it, with a quality above 0. */
export function acceptsGzip({ headers }: FastifyRequest): boolean {
  return /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?(?![.\d]))/.test(headers['accept-encoding'] ?? '');
}

/**
 * The JSON of a response to GET, compressed outside of the main thread when the client accepts gzip. Responses to other
 * methods stay uncompressed: they may contain a new secret, which the length of a compressed text would reveal to an
 * attacker who can add to it (BREACH).
 */
export async function compressed(request: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<unknown> {
  if (request.method !== 'GET' || !(typeof payload === 'string' || Buffer.isBuffer(payload))) return payload;
  if (payload.length < compressedFrom) return payload;
  if (!String(reply.getHeader('content-type')).startsWith('application/json')) return payload;
  reply.header('vary', 'accept-encoding');
  if (!acceptsGzip(request)) return payload;
  const packed = await gzip(payload, { level: 4 });
  reply.header('content-encoding', 'gzip').removeHeader('content-length');
  return packed;
}
