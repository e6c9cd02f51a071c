import type { IncomingMessage } from 'node:http';
import { AppError } from '../../contract/errors.ts';

export type BodyLimits = {
  /** Of one body. */
  bodyBytesMax: number;
  /** Of all bodies that are arriving. */
  arrivingBytesMax: number;
};

type Done = (error: Error | null, body?: Buffer) => void;

/**
 * Reads bodies as bytes, whatever they say they are. What has arrived of unfinished ones is bounded in sum: past the
 * bound the one that has been arriving the longest is given up (AppError `unavailable`), so that many that stand still
 * can't keep out those that move. Over `bodyBytesMax`: AppError `too_large`, at once when the length is announced.
 */
export function bodyReader({ bodyBytesMax, arrivingBytesMax }: BodyLimits) {
  /** Oldest first. In an array: what is set in a map and removed keeps what comes later alive (docs/decisions/pipeline.md). */
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
        oldest.giveUp(new AppError('unavailable', 'Too much is arriving at once, and this took the longest.'));
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
      // What still comes of a refused body is thrown away, until the time of the request is over.
      if (error === null) return done(null, chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, body.bytes));
      chunks.length = 0;
      payload.on('error', () => {}).resume();
      done(error);
    }
  };
}
