import { Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { dataCollection as words } from '../../messages/en/data-collection.ts';
import { terms } from '../../messages/en/terms.ts';
import { ConfirmDialog } from '../../parts/form/confirm-dialog.tsx';
import { deleteDocument } from '../../parts/list/delete-document.ts';
import { CameToday } from './came-today.tsx';
import type { Collector } from './collector.ts';

type Props = {
  /** What is to be deleted; null: the dialog is closed. */
  collector: Pick<Collector, 'id' | 'name'> | null;
  onClose: () => void;
  onDeleted: () => void;
};

/** Asks with the number of events of today, and deletes, with Restore. */
export function DeleteCollector({ collector, onClose, onDeleted }: Props): ReactNode {
  const name = collector?.name ?? '';
  return (
    <ConfirmDialog
      isOpen={collector !== null}
      title={terms.deleteTitle(name)}
      verb={terms.delete}
      onCancel={onClose}
      onConfirm={() => {
        if (collector !== null) void deleteDocument({ ...collector, kind: 'collector' }, onDeleted);
        onClose();
      }}
    >
      <Stack gap="sm">
        <Text>{words.deleteText}</Text>
        {collector === null ? null : <CameToday collectorId={collector.id} />}
      </Stack>
    </ConfirmDialog>
  );
}
