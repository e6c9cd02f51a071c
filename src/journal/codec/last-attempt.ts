import type { LastAttemptInList } from '../../contract/records/delivery.ts';
import { responseSentence } from '../../contract/records/response-sentence.ts';
import { type PackedAttempt, unpackAttempt } from './attempt-codec.ts';

/** What rows of a list show of a delivery's last attempt. `exchanges`: that of its batch, by id, as text. */
export function lastAttemptInList(
  packed: PackedAttempt,
  exchanges: Readonly<Record<string, string>>,
): LastAttemptInList {
  const { durationMs, response, error } = unpackAttempt(packed, undefined, exchanges);
  const isFine = error === null && response !== null && response.status < 300;
  return {
    status: response?.status ?? null,
    durationMs,
    errorKind: error?.kind ?? null,
    message: response?.body == null || isFine ? null : responseSentence(response.body),
  };
}
