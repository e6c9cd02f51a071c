import { AppError } from '../contract/errors.ts';

/**
 * A request for a partition whose lease is stale: nothing of it is stored, so that another partition can take it. Any other
 * `unavailable` may be of a write of which it is not known whether it was committed.
 */
export class PartitionLost extends AppError {
  constructor() {
    super('unavailable', 'Another node owns the partition now. Send the request again.');
  }
}
