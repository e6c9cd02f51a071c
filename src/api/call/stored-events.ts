import { AppError } from '../../contract/errors.ts';
import type { Call } from './call.ts';

/** Whether the caller can read whole events, and so what is made of them. */
export const maySeeEvents = (may: Call['may']): boolean => may('events:view') && may('payloads:view');

/** Throws AppError `forbidden` unless the caller can read whole events, before an id is looked up. */
export function requireStoredEvents(may: Call['may']): void {
  if (!maySeeEvents(may))
    throw new AppError('forbidden', 'A stored event needs the rights events:view and payloads:view.');
}
