import { z } from 'zod';
import type { Secret } from '../secret.ts';
import { durationMs, timestamp } from '../text.ts';
import { fieldPrivacy, storedMasks } from './privacy.ts';

/** Bounds are those of the operator's settings of the same meaning (config/settings.ts). */
const retention = {
  days: z.int().min(1).max(3_650),
  bytes: z
    .int()
    .min(16 * 2 ** 20)
    .max(2 ** 50),
  auditDays: z.int().min(1).max(3_650),
  bodiesMs: durationMs(0, 3_650 * 86_400_000),
};

const privacy = fieldPrivacy.extend({ stored: storedMasks });

/** What can be changed while the server runs, for the whole installation. null: as it is by default. */
export const settingsInput = z.strictObject({
  retention: z
    .strictObject({
      days: retention.days.nullable().default(null),
      bytes: retention.bytes.nullable().default(null),
      auditDays: retention.auditDays.nullable().default(null),
      bodiesMs: retention.bodiesMs.nullable().default(null),
    })
    .prefault({}),
  privacy: privacy.prefault({}),
});

/** The document in the catalogue. With `hashKey`, made when it is first needed, fields are hashed. */
export type SettingsBody = z.output<typeof settingsInput> & { name: 'Settings'; hashKey: Secret | null };

/** The one document of its kind has this id. */
export const settingsId = 'settings';

const settingsOrigin = z.enum(['default', 'operator', 'here']);

/** One of the operator's settings as it is in effect; of secrets only whether they are set. */
const configuredValue = z.strictObject({
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

/** How long and how much is kept: days, bytes (null: no limit), days of the audit trail, ms of bodies (null: no limit). */
const effectiveRetention = z.strictObject({
  days: retention.days,
  bytes: retention.bytes.nullable(),
  auditDays: retention.auditDays,
  bodiesMs: retention.bodiesMs.nullable(),
});
export type Retention = z.output<typeof effectiveRetention>;

/** The settings as GET shows them: what is in effect, and where it comes from. */
export const settings = z.strictObject({
  retention: effectiveRetention,
  privacy,
  /** By JSON pointer; what comes from the operator is read-only here. */
  origins: z.record(z.string(), settingsOrigin),
  configuration: z.array(configuredValue),
  /** 0: nothing was changed yet. */
  version: z.int(),
  updatedAt: timestamp.nullable(),
  updatedBy: z.string().nullable(),
});
export type Settings = z.output<typeof settings>;
