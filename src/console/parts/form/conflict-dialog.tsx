import { Button, Code, Group, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { changes, formatRelative, parts, placeOf, terms } from '../../messages/en.ts';
import { Dialog, ShortTable } from '../parts.ts';

type Version = Readonly<Record<string, unknown>>;

type Props = {
  /** What this page would save, and the version that another person saved. */
  yours: Version;
  theirs: Version & { version: number; updatedAt: string; updatedBy: string };
  isBusy: boolean;
  /** Saves over the version that was shown as theirs. */
  onMine: (version: number) => void;
  onTheirs: () => void;
  onClose: () => void;
};

/** After a 412: yours and theirs side by side, field by field, only where they differ. */
export function ConflictDialog({ yours, theirs, isBusy, onMine, onTheirs, onClose }: Props): ReactNode {
  const rows = differences(yours, theirs);
  return (
    <Dialog onClose={onClose} size="xl" title={parts.conflict.title}>
      <Stack>
        <Text>{parts.conflict.text(theirs.updatedBy, formatRelative(new Date(theirs.updatedAt), Date.now()))}</Text>
        {rows.length === 0 ? (
          <Text>{changes.diff.same}</Text>
        ) : (
          <ShortTable
            minWidth={420}
            head={[terms.field, parts.conflict.yours, parts.conflict.theirs]}
            rows={rows.map(([path, mine, other]) => ({
              key: path,
              cells: [placeOf(path), <Code key="mine">{mine}</Code>, <Code key="other">{other}</Code>],
            }))}
          />
        )}
        <Group justify="flex-end" gap="xs">
          <Button loading={isBusy} onClick={() => onMine(theirs.version)}>
            {parts.conflict.takeMine}
          </Button>
          <Button onClick={onTheirs}>{parts.conflict.takeTheirs}</Button>
          <Button variant="filled" onClick={onClose}>
            {parts.conflict.later}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}

const notCompared = new Set(['id', 'version', 'createdAt', 'updatedAt', 'updatedBy', 'health', 'warnings']);

/** Paths at which two documents differ, with both values as text; fields that only one of them has are compared too. */
export function differences(yours: Version, theirs: Version): [path: string, yours: string, theirs: string][] {
  const [mine, other] = [leaves(yours), leaves(theirs)];
  return [...new Set([...mine.keys(), ...other.keys()])]
    .filter((path) => mine.get(path) !== other.get(path))
    .map((path) => [path, mine.get(path) ?? '–', other.get(path) ?? '–']);
}

function leaves(value: unknown, path = '', found = new Map<string, string>()): Map<string, string> {
  const isTree = typeof value === 'object' && value !== null && !('set' in value);
  if (!isTree) {
    found.set(path, typeof value === 'object' && value !== null ? '••••' : JSON.stringify(value));
    return found;
  }
  for (const [name, inner] of Object.entries(value))
    if (path !== '' || !notCompared.has(name)) leaves(inner, path === '' ? name : `${path}.${name}`, found);
  return found;
}
