import { secretsOf } from '../../connections/secret-fields.ts';
import type { Secret } from '../../contract/secret.ts';
import type { Snapshot } from './snapshot.ts';

/** Every secret that present documents hold. */
export function* liveSecrets({ documents }: Snapshot): Generator<Secret> {
  for (const { body } of documents.connection.values()) yield* secretsOf(body);
  for (const { body } of documents.destination.values()) yield* secretsOf(body);
  for (const { body } of documents.alert.values()) yield* secretsOf(body);
}
