import type { IncomingMessage } from 'node:http';
import { AppError } from '../../contract/errors.ts';

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

  return (payload: IncomingMessage, done: Done): void => {
    const announced = Number(payload.headers['content-length'] ?? 0);
    if (announced > bodyBytesMax) {
      done(new AppError('too_large'));
      return;
    }
    const chunks: Buffer[] = [];
    const body = { bytes: 0, giveUp: (error: Error) => end(error) };
    arriving.push(body);
    payload.on('data', take).on('end', whole).on('error', end).on('close', cut);

    function take(chunk: Buffer) {
      body.bytes += chunk.length;
      sum += chunk.length;
      if (body.bytes > bodyBytesMax) return end(new AppError('too_large'));
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
      const place = arriving.lastIndexOf(body);
      if (place === -1) return;
      arriving.splice(place, 1);
      sum -= body.bytes;
      payload.off('data', take).off('end', whole).off('error', end).off('close', cut);
      // The rest of a refused body is discarded until the request ends or times out.
      if (error === null) return done(null, chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, body.bytes));
      chunks.length = 0;
      payload.on('error', () => {}).resume();
      done(error);
    }
  };
}
