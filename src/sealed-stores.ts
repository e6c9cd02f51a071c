import type { Clock } from './async/clock.ts';
import type { Config } from './config/settings.ts';
import { createRefreshTokens } from './connections/oauth/refresh-tokens.ts';
import type { Scrubber } from './connections/secret-redaction.ts';
import { keyringOf } from './key-check.ts';
import type { Keyring } from './secrets/keys.ts';
import { type SecretReferences, secretReferences } from './secrets/references.ts';
import { sealedMessages } from './secrets/sealed-messages.ts';
import { openSealedTexts } from './secrets/sealed-text-store.ts';
import { sealer } from './secrets/sealer.ts';
import { createSealing, together } from './secrets/sealing.ts';
import type { Storage } from './storage.ts';
import type { Telemetry } from './telemetry/telemetry.ts';

/**
 * Opens what contains sealed secrets: `sealedTokens` has the refresh tokens that token endpoints issued, `messages` is for
 * what nodes ask each other, `all` is every store, for resealing. Throws an Error of one sentence when something was sealed with
 * a key that the keyring lacks; otherwise saves the keyring.
 */
export async function openSealedStores(
  { notes, openCatalog }: Pick<Storage, 'notes' | 'openCatalog'>,
  keyring: Keyring,
  references?: Pick<SecretReferences, 'secret'>,
) {
  const seals = sealer(keyring, references);
  const { catalog, sealed } = await openCatalog(seals);
  const sealedTokens = await openSealedTexts('refresh_token', notes, seals);
  keyring.keep();
  return { catalog, sealedTokens, messages: sealedMessages(seals), all: together(sealed, sealedTokens.sealed) };
}

/** Opens the secrets of a running server: stores, references to secrets outside, refresh tokens and key rotation. */
export async function openSecrets(
  config: Config,
  { clock, telemetry, scrubber }: { clock: Clock; telemetry: Telemetry; scrubber: Scrubber },
  storage: Storage,
  env: Readonly<Record<string, string | undefined>>,
) {
  const keyring = keyringOf(config);
  const references = secretReferences({
    allowed: config.secretRefs,
    env,
    dataDir: config.dataDir,
    now: clock.now,
    changed: () => learnReadings(),
  });
  const learnReadings = scrubber.follow(references.values);
  const { catalog, sealedTokens, messages, all } = await openSealedStores(storage, keyring, references);
  const sealing = createSealing({
    keyring,
    store: all,
    now: clock.now,
    failed: (error) => telemetry.failed(error, 'reseal stored secrets'),
  });
  const refreshTokens = createRefreshTokens(sealedTokens, {
    failed: (error) => telemetry.failed(error, 'keep a refresh token'),
    changed: () => learnTokens(),
  });
  const learnTokens = scrubber.follow(refreshTokens.values);
  return { catalog, references, refreshTokens, messages, sealing };
}
