import { z } from 'zod';
import { anything, api, tagged } from '../route.ts';
import type { Secret } from '../secret.ts';
import { durationMs, timestamp } from '../text.ts';
import { fieldPrivacy, storedMasks } from './privacy.ts';

/** The bounds equal those of the environment variables with the same meaning (config/settings.ts). */
const days = z.int().min(1).max(3_650);
const bytes = z
  .int()
  .min(16 * 2 ** 20)
  .max(2 ** 50)
  .nullable();
const bodiesMs = durationMs(0, 3_650 * 86_400_000).nullable();

const deliveries = z.strictObject({ held: z.boolean().default(false) });
export const privacy = fieldPrivacy.extend({ stored: storedMasks });

/** Settings of the whole installation that can be changed while the server runs. null: the default. */
export const settingsInput = z.strictObject({
  retention: z
    .strictObject({
      days: days.nullable().default(null),
      bytes: bytes.default(null),
      auditDays: days.nullable().default(null),
      bodiesMs: bodiesMs.default(null),
    })
    .prefault({}),
  privacy: privacy.prefault({}),
  /** `held`: all deliveries are held until it is false again. */
  deliveries: deliveries.prefault({}),
});

/** The settings document in the catalog. `hashKey` is the key for hashing fields, made on first use. */
export type SettingsBody = z.output<typeof settingsInput> & { name: 'Settings'; hashKey: Secret | null };

/** The id of the only settings document. */
export const settingsId = 'settings';

export const settingsOrigin = z.enum(['default', 'operator', 'here']);

/** An environment setting as it is in effect; for a secret, only whether it is set. */
export const configuredValue = z.strictObject({
  name: z.string(),
  variable: z.string(),
  description: z.string(),
  value: z.union([
    z.string(),
    z.number(),
    z.boolean(),
    z.array(z.string()),
    z.strictObject({ set: z.boolean() }),
    z.null(),
  ]),
  origin: settingsOrigin.exclude(['here']),
});
export type ConfiguredValue = z.output<typeof configuredValue>;

/** The retention in effect: days, bytes (null: no limit), days of the audit trail, ms of bodies (null: no limit). */
export const effectiveRetention = z.strictObject({ days, bytes, auditDays: days, bodiesMs });
export type Retention = z.output<typeof effectiveRetention>;

/** The settings as GET returns them: the values in effect and their origin. */
export const settings = z.strictObject({
  retention: effectiveRetention,
  privacy,
  deliveries,
  /** By JSON pointer; a value set by the operator is read-only here. */
  origins: z.record(z.string(), settingsOrigin),
  configuration: z.array(configuredValue),
  /** 0: never changed. */
  version: z.int(),
  updatedAt: timestamp.nullable(),
  updatedBy: z.string().nullable(),
});
export type Settings = z.output<typeof settings>;

export const settingsRoutes = tagged('settings', {
  getSettings: api(
    'GET /settings',
    'settings:view',
    'Get the settings of the installation, and whether each value is a default, set by the operator or set here',
    { output: settings },
  ),
  changeSettings: api(
    'PATCH /settings',
    'settings:manage',
    'Change settings of the installation (JSON Merge Patch); null restores the default. Values set by the operator are read-only',
    { body: anything, output: settings, audit: 'change settings' },
  ),
});
