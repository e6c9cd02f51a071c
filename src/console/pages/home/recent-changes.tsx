import { Skeleton, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { nouns } from '../../messages/counts.ts';
import { home } from '../../messages/en.ts';
import { addressOf, Note, Panel, PlainLink, Time } from '../../parts/parts.ts';
import { useMay } from '../../session/rights.ts';
import type { DocumentsHere } from './use-documents.ts';

const words = home.changes;
const shown = 8;
const kinds = ['connection', 'destination', 'action', 'behavior', 'collector'] as const;

/** Who changed what, newest first. */
export function RecentChanges({ documents }: { documents: DocumentsHere }): ReactNode {
  const changed = kinds
    .flatMap((kind) => (documents[`${kind}s`] ?? []).map((document) => ({ kind, document })))
    .filter(({ document }) => !('standard' in document && document.standard))
    .toSorted((a, b) => (a.document.updatedAt < b.document.updatedAt ? 1 : -1));
  const mayAudit = useMay('audit:view');
  const isWaiting = documents.isLoading && changed.length === 0;
  if (documents.isHidden) return null;
  return (
    <Panel title={words.title}>
      {isWaiting ? <Skeleton height={120} /> : null}
      {!isWaiting && documents.error === null && changed.length === 0 ? <Text c="dimmed">{words.none}</Text> : null}
      {changed.length === 0 ? null : (
        <Stack component="ul" gap="xs">
          {changed.slice(0, shown).map(({ kind, document }) => (
            <li key={document.id}>
              <PlainLink to={addressOf(kind, document)}>{document.name}</PlainLink>
              <Note>
                {(document.version === 1 ? words.created : words.changed)(nouns[`${kind}s`].one, document.updatedBy)},{' '}
                <Time at={document.updatedAt} />
              </Note>
            </li>
          ))}
        </Stack>
      )}
      {mayAudit ? (
        <PlainLink to="/settings/audit" inherit={false} size="sm">
          {words.all}
        </PlainLink>
      ) : null}
    </Panel>
  );
}
