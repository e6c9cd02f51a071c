import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { acceptsGzip } from './compress.ts';

/** The kinds of files that builds make. */
const types: ReadonlyMap<string, string> = new Map([
  ['.js', 'text/javascript; charset=utf-8'],
  ['.css', 'text/css; charset=utf-8'],
  ['.svg', 'image/svg+xml'],
  ['.json', 'application/json; charset=utf-8'],
  ['.ts', 'text/plain; charset=utf-8'],
]);

/** `cache-control` of a file whose name changes with its content. */
export const unchanging = 'public, max-age=31536000, immutable';

type File = { dir: string; name: string; headers: Readonly<Record<string, string>> };

const unpack = promisify<Buffer, Buffer>(zlib.gunzip);

/**
 * Sends a built file, compressed when the client accepts it and the build has made it so; 404 when there is none. Packages have
 * many files only compressed.
 */
export async function sendFile(request: FastifyRequest, reply: FastifyReply, { dir, name, headers }: File) {
  const type = types.get(extname(name));
  if (type === undefined || !/^\w[\w.-]+$/.test(name)) return reply.callNotFound();
  const packed = await read(dir, `${name}.gz`);
  const isPacked = packed !== null && acceptsGzip(request);
  const content = isPacked ? packed : ((await read(dir, name)) ?? (packed && (await unpack(packed))));
  if (content === null) return reply.callNotFound();
  reply.headers({ ...headers, vary: 'accept-encoding' });
  if (isPacked) reply.header('content-encoding', 'gzip');
  return reply.type(type).send(content);
}

function read(dir: string, name: string): Promise<Buffer | null> {
  return readFile(join(dir, name)).catch(() => null);
}
