import { Alert, Button, Code, Group, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useApi } from '../../data/api.ts';
import { dataCollection } from '../../messages/en/data-collection.ts';
import { ConfirmDialog } from '../../parts/form/confirm-dialog.tsx';
import { notifyDone } from '../../parts/notify.ts';
import { Time } from '../../parts/time.tsx';
import { useMay } from '../../session/rights.ts';
import type { Collector } from './collector.ts';

const words = dataCollection.previousKey;

/** The key before the last rotation while it is valid, when it was last used, and a way to end it. */
export function PreviousKey({ collector }: { collector: Collector }): ReactNode {
  const { id, previousKey, previousUntil, previousUsedAt } = collector;
  const [isAsking, ask] = useState(false);
  const end = useApi('endPreviousKey');
  const mayManage = useMay('collectors:manage');
  if (previousKey === null || previousUntil === null || Date.parse(previousUntil) <= Date.now()) return null;
  function onConfirm() {
    const onSuccess = () => {
      ask(false);
      notifyDone(words.ended);
    };
    end.mutate({ params: { id } }, { onSuccess });
  }
  return (
    <Alert title={words.title} mb="md">
      <Group justify="space-between">
        <Text component="div">
          <Code>{previousKey}</Code> {words.until} <Time at={previousUntil} /> ·{' '}
          {previousUsedAt === null ? (
            words.unused
          ) : (
            <>
              {words.used} <Time at={previousUsedAt} />
            </>
          )}
        </Text>
        {mayManage ? (
          <Button variant="default" size="xs" onClick={() => ask(true)}>
            {words.end}
          </Button>
        ) : null}
      </Group>
      <ConfirmDialog
        isOpen={isAsking}
        title={words.endTitle}
        verb={words.end}
        isBusy={end.isPending}
        error={end.error}
        onCancel={() => ask(false)}
        onConfirm={onConfirm}
      >
        {words.endText}
      </ConfirmDialog>
    </Alert>
  );
}
