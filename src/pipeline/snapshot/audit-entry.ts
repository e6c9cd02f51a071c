import type { Change, StoredDocument } from '../../catalog/catalog.ts';
import { secretsOf } from '../../connections/secret-fields.ts';
import type { AuditAct, NewAuditEntry } from '../../contract/records/audit.ts';
import { changesOf } from '../../contract/records/audit-changes.ts';
import { withTexts } from '../../contract/with-texts.ts';
import type { ChangeAuthor, Scrubber } from './snapshot.ts';

/**
 * What the audit trail says of a change: the secrets of both states stand in it as marks, and are hidden where somebody
 * wrote them into another field. Texts are looked through whole, before what is long is cut.
 */
export function auditEntryOf(
  { act, ...author }: ChangeAuthor,
  { op, document }: Change,
  stored: StoredDocument | undefined,
  { scrub, learn }: Scrubber,
): NewAuditEntry {
  // They are hidden from here on, before anything uses them.
  for (const { body } of [stored ?? document, document]) learn(secretsOf(Object(body)));
  const states = [stored, op === 'delete' ? undefined : document].map(reported);
  const [before, after] = states.map((state) => withTexts(state, scrub));
  return {
    ...author,
    createdAt: document.updatedAt,
    act: act ?? actOf(op, before),
    kind: document.kind,
    id: document.id,
    name: nameOf(after ?? before),
    result: 'done',
    code: null,
    changes: changesOf(before, after),
  };
}

/** What people see of a document and did not have from elsewhere: its fields and its version. */
function reported(document: StoredDocument | undefined): object | undefined {
  return document === undefined ? undefined : { ...Object(document.body), version: document.version };
}

function actOf(op: Change['op'], before: unknown): AuditAct {
  if (op === 'delete') return 'delete';
  return before === undefined ? 'create' : 'change';
}

function nameOf(body: unknown): string | null {
  return typeof body === 'object' && body !== null && 'name' in body ? String(body.name) : null;
}
