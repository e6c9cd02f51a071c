import { z } from 'zod';
import { documentKinds } from '../documents/document.ts';
import { type ErrorCode, errors } from '../errors.ts';
import { timestamp } from '../text.ts';

/** What can be done to a thing. Every act in the audit trail is one of these. */
const auditActs = [
  'create',
  'change',
  'delete',
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

/** The kinds of things that something is done to. */
const auditKinds = [
  ...documentKinds,
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
 * One place of a thing that changed: a JSON pointer (RFC 6901) into it, '' for the thing itself. `before` or `after` is
 * left out where there was or is nothing; secrets are marks (`{"set": true, "updatedAt": …}`); of long texts stands the
 * part that changed.
 */
const auditChange = z.strictObject({
  pointer: z.string(),
  before: z.unknown().optional(),
  after: z.unknown().optional(),
});
export type AuditChange = z.output<typeof auditChange>;

/** Somebody, and from where: `principal` is a name as people know it, the rest null where there is none. */
const author = {
  principal: z.string(),
  principalId: z.string().nullable(),
  address: z.string().nullable(),
  requestId: z.string().nullable(),
};
const auditAuthor = z.strictObject(author);
export type AuditAuthor = z.output<typeof auditAuthor>;

/**
 * One entry of the audit trail. `hash` is the SHA-256 (hex) of the entry without `hash` as canonical JSON (RFC 8785) in
 * UTF-8; `previousHash` is the hash of the entry numbered one less, of zeros for number 1.
 */
export const auditEntry = z.strictObject({
  /** Its place in the trail: 1, 2, 3, … */
  number: z.int(),
  createdAt: timestamp,
  ...author,
  act: z.enum(auditActs),
  kind: z.enum(auditKinds),
  /** Of the thing; null when there is none, or none yet. */
  id: z.string().nullable(),
  name: z.string().nullable(),
  result: z.enum(['done', 'refused']),
  /** The error code of the answer to what was refused. */
  code: z.enum(Object.keys(errors) as ErrorCode[]).nullable(), // the keys of a constant object
  changes: z.array(auditChange),
  previousHash: z.string(),
  hash: z.string(),
});
export type AuditEntry = z.output<typeof auditEntry>;

/** An entry before it has its place in the trail. */
export type NewAuditEntry = Omit<AuditEntry, 'number' | 'previousHash' | 'hash'>;
