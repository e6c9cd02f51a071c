import type { AuditAuthor } from './records/audit.ts';

/**
 * The audit author of automatic changes. Kept apart from the schemas: loading Zod doubled the start of the storage
 * threads.
 */
export const byItself: AuditAuthor = { principal: 'millrace', principalId: null, address: null, requestId: null };
