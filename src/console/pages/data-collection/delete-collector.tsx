import { Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useApi } from '../../data/api.ts';
import { dataCollection as words } from '../../messages/en/data-collection.ts';
import { parts } from '../../messages/en/parts.ts';
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx';
import { notifyDone } from '../../parts/notify.ts';
import { CameToday } from './came-today.tsx';
import type { Collector } from './collector.ts';

type Props = {
  /** What is to be deleted; null: the dialog is closed. */
  collector: Pick<Collector, 'id' | 'name'> | null;
  onClose: () => void;
  onDeleted: () => void;
};

/** Asks with what came in lately, for its key would be gone for good, and deletes. */
export function DeleteCollector({ collector, onClose, onDeleted }: Props): ReactNode {
  const remove = useApi('deleteCollector');
  const name = collector?.name ?? '';
  function close() {
    remove.reset();
    onClose();
  }
  return (
    <ConfirmDialog
      isOpen={collector !== null}
      title={words.deleteTitle(name)}
      verb={words.delete}
      isBusy={remove.isPending}
      error={remove.error}
      onCancel={close}
      onConfirm={() =>
        collector !== null &&
        remove.mutate(
          { params: { id: collector.id } },
          {
            onSuccess() {
              notifyDone(parts.deleted(name));
              close();
              onDeleted();
            },
          },
        )
      }
    >
      <Stack gap="sm">
        <Text>{words.deleteText}</Text>
        {collector === null ? null : <CameToday collectorId={collector.id} />}
      </Stack>
    </ConfirmDialog>
  );
}
