import type { AuditAuthor } from './records/audit.ts';

/** Who does what Millrace does by itself. Beside no schema: the threads of the storage load it, and zod doubled their start. */
export const byItself: AuditAuthor = { principal: 'millrace', principalId: null, address: null, requestId: null };
