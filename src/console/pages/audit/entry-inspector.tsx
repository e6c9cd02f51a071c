import { Group, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import type { AuditChange, AuditEntry } from '../../../contract/records/audit.ts';
import { terms, audit as words } from '../../messages/en.ts';
import { formatAbsolute } from '../../messages/format.ts';
import { Facts, Inspector, PlainLink, ThingLink } from '../../parts/parts.ts';
import { Diff } from '../../parts/payload/diff.tsx';

type Props = {
  /** null: it is not on this page of the list. */
  entry: AuditEntry | null;
  onClose: () => void;
};

/** One entry beside the list: who, from where, what, and each place before and after. */
export function EntryInspector({ entry, onClose }: Props): ReactNode {
  return (
    <Inspector
      title={entry === null ? words.list : words.entry(entry.number)}
      shown={entry?.number === undefined ? undefined : String(entry.number)}
      onClose={onClose}
    >
      {entry === null ? (
        <Text c="dimmed">{words.gone}</Text>
      ) : (
        <>
          <Facts facts={factsOf(entry)} />
          <Title order={3}>{words.columns.changed}</Title>
          {entry.changes.length === 0 ? (
            <Text c="dimmed">{words.noChanges}</Text>
          ) : (
            <Diff before={sideOf(entry.changes, 'before')} after={sideOf(entry.changes, 'after')} />
          )}
        </>
      )}
    </Inspector>
  );
}

function factsOf(entry: AuditEntry): [string, ReactNode][] {
  const { kind, id, result, code, principal, principalId, address, requestId, createdAt, hash } = entry;
  const { local, utc } = formatAbsolute(new Date(createdAt));
  return [
    [terms.time, words.times(local, utc)],
    [words.columns.who, principalId === null ? principal : `${principal} (${principalId})`],
    [words.columns.from, address ?? words.byItself],
    ...(requestId === null ? [] : [[terms.request, requestId] satisfies [string, ReactNode]]),
    [
      terms.object,
      <Group key="thing" gap="xs">
        {words.kinds[kind]} <ThingLink entry={entry} />
        {id === null ? null : (
          <PlainLink to="/settings/audit" search={{ id }} inherit={false} size="sm">
            {words.all}
          </PlainLink>
        )}
      </Group>,
    ],
    [terms.result, code === null ? words.results[result] : words.refusedBecause(code)],
    [words.fields.hash, hash],
  ];
}

/** One side of all places that changed, as one document. */
function sideOf(changes: readonly AuditChange[], side: 'before' | 'after'): Record<string, unknown> | null {
  const shown: Record<string, unknown> = {};
  for (const change of changes) {
    if (!(side in change)) continue;
    // Both sides of a secret that was replaced in the same minute would look the same.
    const isReplaced = isSecret(change.before) && isSecret(change.after);
    const value = isReplaced ? words.secrets[side] : change[side];
    if (change.pointer === '' && typeof value === 'object') Object.assign(shown, value);
    else shown[change.pointer === '' ? '…' : change.pointer.slice(1).replaceAll('/', '.')] = value;
  }
  return Object.keys(shown).length === 0 ? null : shown;
}

function isSecret(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'set' in value && value.set === true;
}
