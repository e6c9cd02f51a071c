import { lineMatcher } from '../../codec/event-codec.ts';
import type { ErasedBy } from '../../erasures.ts';

/** Whether the line of a stored event is sought; that of an erased event is not. */
export function matcherOf(sought: ErasedBy): (line: string) => boolean {
  const matches = lineMatcher({ lineStart: null, ...sought });
  return (line) => line !== '' && matches(line);
}

export const textOf = (sought: ErasedBy): string => ('visitorId' in sought ? sought.visitorId : sought.value);
