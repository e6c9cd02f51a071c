import type { IncomingMessage } from 'node:http';
import { pacing, shortStepMs } from '../async/steps.ts';
import { AppError } from '../contract/errors.ts';

/** More than any client sends. Node's own limit silently drops header 2,001 and later ones. */
const headersMax = 100;

/** Headers that must be unique: with two lines a proxy might use the other one. */
const single = new Set([
  'authorization',
  'content-encoding',
  'content-length',
  'content-type',
  'host',
  'idempotency-key',
  'if-match',
  'origin',
  'proxy-authorization',
  'sec-fetch-site',
  'transfer-encoding',
]);

/** `uri-host [ ":" port ]` of RFC 9110 §7.2; http requires the host. */
const hostForm = /^(\[[\d.:a-f]+\]|(?!:)[-\w.~!$&'()*+,;=%]+)(:\d{0,5})?$/i;

/** The target without the scheme and host of its absolute form (RFC 9112 §3.2.2), if they equal `Host`. */
export function originForm({ url = '', headers }: Pick<IncomingMessage, 'url' | 'headers'>): string {
  if (url.startsWith('/')) return url;
  const [, host = '', rest = ''] = /^https?:\/\/([^/?#]*)(.*)$/is.exec(url) ?? [];
  if (host === '' || host.toLowerCase() !== headers.host?.toLowerCase()) return url;
  return rest.startsWith('/') ? rest : `/${rest}`;
}

/**
 * Rejects headers that two programs on the path could interpret differently, or that Node would read partially. Throws
 * AppError `malformed_request` or `headers_too_large`. The connection must be closed then, since its framing can't be
 * trusted. Sources: RFC 9112 §2.3, §3.2, §6.1, §11.2; RFC 9110 §5.3.
 */
export function checkHead({ httpVersion, method, url = '', headers, rawHeaders }: IncomingMessage): void {
  if (httpVersion !== '1.1' && httpVersion !== '1.0') throw malformed('Use HTTP/1.1 or HTTP/1.0.');
  if (rawHeaders.length > 2 * headersMax)
    throw new AppError('headers_too_large', `There are over ${headersMax} header fields.`);
  if (headers.host === undefined) {
    if (httpVersion === '1.1') throw malformed('The Host header is missing.');
  } else if (!hostForm.test(headers.host)) throw malformed('The Host header is not a valid host.');
  if (!url.startsWith('/') && (url !== '*' || method !== 'OPTIONS'))
    throw malformed('The request target must be a path, or a URL with the host of the Host header.');
  if (url.includes('#')) throw malformed('The request target must not have a fragment.');
  const coding = headers['transfer-encoding'];
  if (coding !== undefined && (httpVersion === '1.0' || coding.toLowerCase() !== 'chunked'))
    throw malformed('The only supported transfer coding is chunked, in HTTP/1.1.');
  checkRepeated(headers, rawHeaders);
}

function checkRepeated(headers: IncomingMessage['headers'], rawHeaders: readonly string[]): void {
  // Nearly every request has unique headers, which the number of parsed headers shows.
  let fields = 0;
  for (const _ in headers) fields += 1;
  if (2 * fields === rawHeaders.length) return;
  const seen = new Set<string>();
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]?.toLowerCase() ?? '';
    if (single.has(name) && seen.has(name)) throw malformed(`The header ${name} occurs twice.`);
    seen.add(name);
  }
}

function malformed(message: string): AppError {
  return new AppError('malformed_request', message);
}

export type BodyLimits = {
  /** Limit of one body. */
  bodyBytesMax: number;
  /** Limit of all bodies that are being received. */
  arrivingBytesMax: number;
};

type Done = (error: Error | null, body?: Buffer) => void;

/**
 * Reads bodies as bytes, independent of their content type. The received bytes of unfinished bodies are bounded in
 * total: above the limit the body that has taken the longest is refused (AppError `unavailable`), so that stalled
 * uploads can't block others. Over `bodyBytesMax`: AppError `too_large`, immediately when Content-Length shows it.
 */
export function bodyReader({ bodyBytesMax, arrivingBytesMax }: BodyLimits) {
  /** Oldest first. An array, because the entries of a map keep later ones alive (docs/decisions/pipeline.md). */
  const arriving: { bytes: number; giveUp(error: Error): void }[] = [];
  let sum = 0;

  /** `largest`: the limit of this body, where it is another one. */
  return (payload: IncomingMessage, done: Done, largest = bodyBytesMax): void => {
    const announced = Number(payload.headers['content-length'] ?? 0);
    if (announced > largest) {
      done(tooLarge(largest));
      return;
    }
    const chunks: Buffer[] = [];
    const body = { bytes: 0, giveUp: (error: Error) => end(error) };
    arriving.push(body);
    payload.on('data', take).on('end', whole).on('error', end).on('close', cut);

    function take(chunk: Buffer) {
      body.bytes += chunk.length;
      sum += chunk.length;
      if (body.bytes > largest) return end(tooLarge(largest));
      chunks.push(chunk);
      while (sum > arrivingBytesMax) {
        const [oldest] = arriving;
        if (oldest === undefined) return;
        oldest.giveUp(new AppError('unavailable', 'Too many uploads at once, and this one took the longest.'));
      }
    }
    function whole() {
      end(null);
    }
    function cut() {
      end(new AppError('malformed_request', 'The request ended before its body did.'));
    }
    function end(error: Error | null) {
      const index = arriving.lastIndexOf(body);
      if (index === -1) return;
      arriving.splice(index, 1);
      sum -= body.bytes;
      payload.off('data', take).off('end', whole).off('error', end).off('close', cut);
      // The rest of a refused body is discarded until the request ends or times out.
      if (error === null) return void (chunks.length === 1 ? done(null, chunks[0]) : join(chunks, body.bytes, done));
      chunks.length = 0;
      payload.on('error', () => {}).resume();
      done(error);
    }
  };
}

const joinedAtOnceMax = 1_048_576;

/** Joins the chunks of a body, of a large one in steps: 8 MiB at once would keep other requests waiting for 6 ms. */
async function join(chunks: readonly Buffer[], bytes: number, done: Done): Promise<void> {
  if (bytes <= joinedAtOnceMax) return done(null, Buffer.concat(chunks, bytes));
  const body = Buffer.allocUnsafeSlow(bytes);
  const pace = pacing(shortStepMs);
  let at = 0;
  for (const chunk of chunks) {
    at += chunk.copy(body, at);
    if (pace.isDue()) await pace.rest();
  }
  done(null, body);
}

function tooLarge(bytesMax: number): AppError {
  return new AppError('too_large', `The body is over ${sizeText(bytesMax)}.`);
}

/** A size for people: MiB where it is whole. */
export function sizeText(bytes: number): string {
  return bytes % 1_048_576 === 0 ? `${bytes / 1_048_576} MiB` : `${bytes} bytes`;
}
