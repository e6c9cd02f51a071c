import { inTurn } from '../async/in-turn.ts';
import { AppError } from '../contract/errors.ts';
import { encodingOf, inflated } from './decompress.ts';

/** Limits of a body of an SDK, after decompression: above the first it is read when it is its turn. */
export const batchBytes = { largeAbove: 262_144, most: 8 * 1_048_576 };

/** Large requests that wait for their turn, and their bodies as they came. */
const waitingMax = { requests: 32, bytes: 64 * 1_048_576 };

/**
 * Decompresses bodies of SDKs for `take`. Large ones are inflated and taken one after the other, so that all of them take
 * the memory of one. Above the limits a request is refused at once (AppError `unavailable`), for its sender to repeat.
 */
export function createLargeRequests() {
  const turn = inTurn();
  let waiting = 0;
  let bytes = 0;

  async function takeInTurn<T>(body: Buffer, encoding: string, take: (content: Buffer) => Promise<T>): Promise<T> {
    const small = body.length > batchBytes.largeAbove ? null : await smallContent(body, encoding);
    if (small !== null) return take(small);
    if (waiting >= waitingMax.requests || bytes + body.length > waitingMax.bytes)
      throw new AppError('unavailable', 'Too many large requests at once.');
    waiting += 1;
    bytes += body.length;
    try {
      return await turn(async () => take(await inflated(body, encoding, batchBytes.most)));
    } finally {
      waiting -= 1;
      bytes -= body.length;
    }
  }

  /** `header`: the Content-Encoding. Throws AppError as `inflated` does. */
  return <T>(body: Buffer, header: string | undefined, take: (content: Buffer) => Promise<T>): Promise<T> => {
    const encoding = encodingOf(body, header);
    // The usual request waits for nothing.
    const isUsual = encoding === '' && body.length <= batchBytes.largeAbove;
    return isUsual ? take(body) : takeInTurn(body, encoding, take);
  };
}

/** The content of a body; null: it is large. */
async function smallContent(body: Buffer, encoding: string): Promise<Buffer | null> {
  try {
    return await inflated(body, encoding, batchBytes.largeAbove);
  } catch (error) {
    if (error instanceof AppError && error.code === 'too_large') return null;
    throw error;
  }
}
