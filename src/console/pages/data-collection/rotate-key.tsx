import { Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useApi } from '../../data/api.ts';
import { dataCollection as words } from '../../messages/en/data-collection.ts';
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx';
import { notifyDone } from '../../parts/notify.ts';
import { CameToday } from './came-today.tsx';
import type { Collector } from './collector.ts';

type Props = {
  /** Whose key is to be changed; null: the dialog is closed. */
  collector: Pick<Collector, 'id' | 'name'> | null;
  onClose: () => void;
};

/** Asks, telling what happens to whoever still sends with the old key, and gives a new one. */
export function RotateKey({ collector, onClose }: Props): ReactNode {
  const rotate = useApi('rotateCollectorKey');
  const name = collector?.name ?? '';
  function close() {
    rotate.reset();
    onClose();
  }
  return (
    <ConfirmDialog
      isOpen={collector !== null}
      title={words.rotateTitle(name)}
      verb={words.rotate}
      isBusy={rotate.isPending}
      error={rotate.error}
      onCancel={close}
      onConfirm={() =>
        collector !== null &&
        rotate.mutate(
          { params: { id: collector.id } },
          {
            onSuccess() {
              notifyDone(words.rotated(name));
              close();
            },
          },
        )
      }
    >
      <Stack gap="sm">
        <Text>{words.rotateText}</Text>
        {collector === null ? null : <CameToday collectorId={collector.id} />}
        <Text c="dimmed">{words.rotateHint}</Text>
      </Stack>
    </ConfirmDialog>
  );
}
