import { AppError } from '../../contract/errors.ts';

/** The result of a write with a stale lease, which changed nothing. */
export const lost = 'lost';
export type Lost = typeof lost;

/** The result of a write. Throws AppError `unavailable` when the lease was stale. */
export function unlessLost<Result>(result: Result | Lost): Result {
  if (result === lost)
    throw new AppError('unavailable', 'Another node owns the deliveries now. Send the request again.');
  return result as Result; // not lost
}
