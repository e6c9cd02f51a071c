import { NativeSelect, Stack, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useStats } from '../../data/data.ts';
import { dataCollection as words } from '../../messages/en.ts';
import type { Collector } from '../../parts/collector/collector.ts';
import { DeleteDialog, type DialogProps } from '../../parts/document/delete-dialog.tsx';
import { bind, options } from '../../parts/form/bind.ts';
import { ActDialog } from '../../parts/parts.ts';

type Props = DialogProps<Pick<Collector, 'id' | 'name'>>;

/** Deletes a collector, after a question with the number of today's events. */
export function DeleteCollector(props: Props): ReactNode {
  return (
    <DeleteDialog {...props} kind="collector" name={props.document?.name ?? ''}>
      <Stack gap="sm">
        <Text>{words.deleteText}</Text>
        {props.document === null ? null : <CameToday collectorId={props.document.id} />}
      </Stack>
    </DeleteDialog>
  );
}

/** Gives a collector a new key, after asking how long the old one stays valid. */
export function RotateKey({ document, onClose }: Props): ReactNode {
  const [hours, choose] = useState('24');
  const name = document?.name ?? '';
  const previousUntil = hours === '0' ? null : new Date(Date.now() + Number(hours) * 3_600_000).toISOString();
  return (
    <ActDialog
      route="rotateCollectorKey"
      input={document && { params: { id: document.id }, body: { previousUntil } }}
      title={words.rotateTitle(name)}
      verb={words.rotate}
      done={words.rotated(name)}
      onClose={onClose}
    >
      <Stack gap="sm">
        <Text>{words.rotateText}</Text>
        {document === null ? null : <CameToday collectorId={document.id} />}
        <NativeSelect label={words.rotateUntil} data={options(words.rotateHours)} {...bind(hours, choose)} />
      </Stack>
    </ActDialog>
  );
}

/** The number of events that a collector received today. */
function CameToday({ collectorId }: { collectorId: string }): ReactNode {
  const { data } = useStats('collector', collectorId);
  if (data === undefined) return null;
  const { received } = data.totals;
  return <Text fw={550}>{received === 0 ? words.cameNone : words.cameToday(received)}</Text>;
}
