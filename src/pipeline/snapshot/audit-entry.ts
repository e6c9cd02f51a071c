import type { Change, StoredDocument } from '../../catalog/catalog.ts';
import { secretsOf } from '../../connections/secret-fields.ts';
import type { Scrubber } from '../../connections/secret-redaction.ts';
import type { AuditAct, AuditAuthor, NewAuditEntry } from '../../contract/records/audit.ts';
import { changesOf } from '../../contract/records/audit-changes.ts';
import { withTexts } from '../../contract/with-texts.ts';

/** The author of a change; `act` when it is more than a create, update or delete. */
export type ChangeAuthor = AuditAuthor & { act?: AuditAct };

/**
 * The audit entry of a change. The secrets of both states appear as marks, and are redacted in other fields into which
 * a person copied them. Texts are scrubbed as a whole, before long ones are truncated.
 */
export function auditEntryOf(
  { act, ...author }: ChangeAuthor,
  { op, document }: Change,
  stored: StoredDocument | undefined,
  { scrub, learn }: Pick<Scrubber, 'scrub' | 'learn'>,
): NewAuditEntry {
  // From here on the scrubber hides them, before anything uses them.
  for (const { body } of [stored ?? document, document]) learn(secretsOf(Object(body)));
  // The visible fields that the entry does not have elsewhere.
  const states = [stored, op === 'delete' ? undefined : document].map(
    (state) => state && { ...Object(state.body), version: state.version },
  );
  const [before, after] = states.map((state) => withTexts(state, scrub));
  const name: unknown = Object(after ?? before)['name'];
  return {
    ...author,
    createdAt: document.updatedAt,
    act: act ?? (op === 'delete' ? 'delete' : stored === undefined ? 'create' : 'change'),
    kind: document.kind,
    id: document.id,
    name: name === undefined ? null : String(name),
    result: 'done',
    code: null,
    changes: changesOf(before, after),
  };
}
