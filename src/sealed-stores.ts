import type { Clock } from './async/clock.ts';
import type { Config } from './config/settings.ts';
import { createKeptTokens } from './connections/oauth/kept-tokens.ts';
import { createRefreshTokens } from './connections/oauth/refresh-tokens.ts';
import type { Scrubber } from './connections/secret-redaction.ts';
import type { Keyring } from './secrets/keys.ts';
import { type SecretReferences, secretReferences } from './secrets/references.ts';
import { sealedMessages } from './secrets/sealed-messages.ts';
import { openSealedTexts } from './secrets/sealed-text-store.ts';
import { sealer } from './secrets/sealer.ts';
import { createSealing, together } from './secrets/sealing.ts';
import { keyringOf } from './storage/key-check.ts';
import type { Storage } from './storage/storage.ts';
import type { Telemetry } from './telemetry/telemetry.ts';

/**
 * Opens what contains sealed secrets: `refreshTokens` and `accessTokens` are those that token endpoints issued, `messages` is for
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
  const refreshTokens = await openSealedTexts('refresh_token', notes, seals);
  const accessTokens = await openSealedTexts('access_token', notes, seals);
  keyring.keep();
  const all = together(sealed, refreshTokens.sealed, accessTokens.sealed);
  return { catalog, refreshTokens, accessTokens, messages: sealedMessages(seals), all };
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
  const { catalog, messages, all, ...sealed } = await openSealedStores(storage, keyring, references);
  const sealing = createSealing({
    keyring,
    store: all,
    now: clock.now,
    failed: (error) => telemetry.failed(error, 'reseal stored secrets'),
  });
  const refreshTokens = createRefreshTokens(sealed.refreshTokens, {
    failed: (error) => telemetry.failed(error, 'keep a refresh token'),
    changed: () => learnTokens(),
  });
  const learnTokens = scrubber.follow(refreshTokens.values);
  const keptTokens = createKeptTokens(sealed.accessTokens, (error) => telemetry.failed(error, 'keep an access token'));
  return { catalog, references, refreshTokens, keptTokens, messages, sealing };
}
