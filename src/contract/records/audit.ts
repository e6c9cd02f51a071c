import { z } from 'zod';
import { documentKinds } from '../documents/document.ts';
import { type ErrorCode, errors } from '../errors.ts';
import { timestamp } from '../text.ts';

/** The closed list of acts in the audit trail. */
const auditActs = [
  'create',
  'change',
  'delete',
  'restore',
  'rollback',
  'rotate_key',
  'test',
  'retry',
  'probe',
  'release',
  'cancel',
  'pause',
  'resume',
  'clear',
  'import',
  'set_up',
  'sign_in',
  'sign_out',
  'invite',
  'set_password',
  'request_password_reset',
  'revoke',
  'reseal',
  'prune',
  'acknowledge',
  'resolve',
  'reopen',
  'mute',
  'unmute',
  'erase',
] as const;
export type AuditAct = (typeof auditActs)[number];

/** The kinds of things that an act changes. */
const auditKinds = [
  ...documentKinds,
  'configuration',
  'delivery',
  'replay',
  'issue',
  'inbox',
  'user',
  'role',
  'token',
  'session',
  'secrets',
  'erasure',
  'audit',
] as const;
export type AuditKind = (typeof auditKinds)[number];

/**
 * One change: a JSON pointer (RFC 6901) to its place, '' for the whole. `before` is left out for an addition, `after`
 * for a removal. Secrets are marks (`{"set": true, "updatedAt": …}`); of long texts only the changed part is given.
 */
export const auditChange = z.strictObject({
  pointer: z.string(),
  before: z.unknown().optional(),
  after: z.unknown().optional(),
});
export type AuditChange = z.output<typeof auditChange>;

/** Who did it, and from where: `principal` is a display name; the other fields are null where unknown. */
const author = {
  principal: z.string(),
  principalId: z.string().nullable(),
  address: z.string().nullable(),
  requestId: z.string().nullable(),
};
export const auditAuthor = z.strictObject(author);
export type AuditAuthor = z.output<typeof auditAuthor>;

/**
 * One entry of the audit trail. `hash` is the SHA-256 (hex) of the entry without `hash` as canonical JSON (RFC 8785) in
 * UTF-8; `previousHash` is the hash of the entry with the number before, all zeros for number 1.
 */
export const auditEntry = z.strictObject({
  /** Position in the trail: 1, 2, 3, … */
  number: z.int(),
  createdAt: timestamp,
  ...author,
  act: z.enum(auditActs),
  kind: z.enum(auditKinds),
  /** Id of the thing; null when it has none, or none yet. */
  id: z.string().nullable(),
  name: z.string().nullable(),
  result: z.enum(['done', 'refused']),
  /** Error code of the response, for a refused act. */
  code: z.enum(Object.keys(errors) as ErrorCode[]).nullable(), // the keys of a constant object
  changes: z.array(auditChange),
  previousHash: z.string(),
  hash: z.string(),
});
export type AuditEntry = z.output<typeof auditEntry>;

/** An entry before it is appended to the trail. */
export type NewAuditEntry = Omit<AuditEntry, 'number' | 'previousHash' | 'hash'>;
