import { Text } from '@mantine/core';
import { terms } from '../../messages/en/terms.ts';
import { Time } from '../time.tsx';
import type { Column } from './columns.tsx';

/** When a thing was changed last, and by whom. */
export function modifiedColumn<Row extends { updatedAt: string; updatedBy?: string }>(): Column<Row> {
  return {
    id: 'modified',
    header: terms.modified,
    isHiddenAtFirst: true,
    sort: ({ updatedAt }) => updatedAt,
    cell: ({ updatedAt, updatedBy }) => (
      <>
        <Time at={updatedAt} />
        {updatedBy === undefined ? null : (
          <Text c="dimmed" size="sm" truncate maw="9rem" title={updatedBy}>
            {terms.by(updatedBy)}
          </Text>
        )}
      </>
    ),
  };
}
