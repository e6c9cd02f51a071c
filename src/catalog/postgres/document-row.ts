import { storable, storedText } from '../../postgres/text.ts';
import type { SealedRow, Sealer } from '../../secrets/sealer.ts';
import type { StoredDocument } from '../catalog.ts';

/** A version of a document as stored: its body is JSON with sealed secrets. */
export type DocumentRow = Omit<StoredDocument, 'body'> & { body: string };

/** Those of a `document_version` named v. */
export const columns = `v.kind, v.id, v.version, v.body, v.created_at AS "createdAt", v.updated_at AS "updatedAt",
  v.updated_by AS "updatedBy"`;

/** The document of a stored row. */
export const opened = (sealer: Sealer, row: DocumentRow): StoredDocument => ({
  ...row,
  updatedBy: storedText(row.updatedBy),
  body: sealer.openBody(sealedRow(row), JSON.parse(row.body)),
});

/** A document as it is stored. */
export const closed = (sealer: Sealer, document: StoredDocument): DocumentRow => ({
  ...document,
  updatedBy: storable(document.updatedBy),
  body: JSON.stringify(sealer.sealBody(sealedRow(document), document.body)),
});

/** To what the secrets of a document are bound. */
export const sealedRow = ({ kind, id }: { kind: string; id: string }): SealedRow => ({ table: 'document', kind, id });
