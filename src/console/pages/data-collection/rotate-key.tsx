import { NativeSelect, Stack, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useApi } from '../../data/api.ts';
import { dataCollection as words } from '../../messages/en/data-collection.ts';
import { ConfirmDialog } from '../../parts/form/confirm-dialog.tsx';
import { notifyDone } from '../../parts/notify.ts';
import { CameToday } from './came-today.tsx';
import type { Collector } from './collector.ts';

type Props = {
  /** Whose key is to be changed; null: the dialog is closed. */
  collector: Pick<Collector, 'id' | 'name'> | null;
  onClose: () => void;
};

const hourMs = 3_600_000;

/** Gives a collector a new key, after asking how long the old one stays valid. */
export function RotateKey({ collector, onClose }: Props): ReactNode {
  const rotate = useApi('rotateCollectorKey');
  const [hours, choose] = useState('24');
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
          {
            params: { id: collector.id },
            body: { previousUntil: hours === '0' ? null : new Date(Date.now() + Number(hours) * hourMs).toISOString() },
          },
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
        <NativeSelect
          label={words.rotateUntil}
          data={Object.entries(words.rotateHours).map(([value, label]) => ({ value, label }))}
          value={hours}
          onChange={(event) => choose(event.currentTarget.value)}
        />
      </Stack>
    </ConfirmDialog>
  );
}
