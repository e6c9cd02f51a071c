import { reveal } from '../../connections/secret-fields.ts';
import type { WebhookIntake } from '../../contract/documents/webhook-intake.ts';
import { AppError } from '../../contract/errors.ts';
import { UnresolvedSecret } from '../../contract/secret.ts';
import type { IntakeRequest } from '../formats/format.ts';
import { claimOf, type SignedScheme, whyInvalid } from './signature.ts';

/**
 * Throws AppError `invalid_signature` unless the bytes of the body, as they came, are signed with a secret of the collector
 * now; `unavailable` when a secret that is stored outside can't be read: the sender then repeats.
 */
export function verifyWebhook(
  webhooks: WebhookIntake | null | undefined,
  { headers, body }: Pick<IntakeRequest, 'headers' | 'body'>,
  now: number,
): void {
  if (webhooks == null || webhooks.scheme === 'none') return;
  const secrets = secretsAt(webhooks, now);
  if (secrets.length === 0) throw invalid('The collector has no secret for its webhooks.');
  const claim = claimOf(webhooks, headers);
  const why = typeof claim === 'string' ? claim : whyInvalid(claim, body, secrets, now);
  if (why !== null) throw invalid(why);
}

const invalid = (detail: string) => new AppError('invalid_signature', detail);

/** The secrets that are good now. An empty one, as of a file that is emptied, verifies nothing. */
function secretsAt({ secret, previousSecret, previousUntil }: SignedScheme, now: number): string[] {
  const isPreviousGood = previousUntil === null || Date.parse(previousUntil) > now;
  try {
    return [reveal(secret), isPreviousGood ? reveal(previousSecret) : ''].filter((one) => one !== '');
  } catch (error) {
    if (error instanceof UnresolvedSecret)
      throw new AppError('unavailable', 'The secret for webhooks can’t be read now.', { cause: error });
    throw error;
  }
}
