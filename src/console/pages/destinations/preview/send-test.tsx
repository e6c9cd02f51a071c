import { Button, Stack, Text } from '@mantine/core';
import { useSearch } from '@tanstack/react-router';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { Answer } from '../../../../client/client.ts';
import { useApi } from '../../../data/api.ts';
import { studio } from '../../../messages/en/studio.ts';
import { terms } from '../../../messages/en/terms.ts';
import { ConfirmDialog } from '../../../parts/form/confirm-dialog.tsx';
import { Icon } from '../../../parts/icon.tsx';
import { useMay } from '../../../session/rights.ts';
import { type Tried, triedBody } from './use-preview.ts';

const words = studio.test;

type Props = {
  tried: Tried;
  baseUrl: string;
  hasErrors: boolean;
  onSent: (delivery: Answer<'testDestination'>) => void;
};

/** Asks, and then really sends one request with what stands in the form. Key `t`. */
export function SendTest({ tried, baseUrl, hasErrors, onSent }: Props): ReactNode {
  const { destinationId, sample, actionId, draft } = tried;
  const mayManage = useMay('connections:manage');
  const [isAsking, ask] = useState(false);
  // A test makes a delivery: lists of these are asked for again.
  const test = useApi('testDestination');
  const isOff = !mayManage || destinationId === null || sample === null || hasErrors;

  // A link may ask for a test: the question is put as soon as there is something to send.
  const { test: isWanted } = useSearch({ from: '/shell/connections/$connectionId/destinations/$destinationId' });
  const wasAsked = useRef(false);
  useEffect(() => {
    if (isWanted === undefined || isOff || wasAsked.current) return;
    wasAsked.current = true;
    ask(true);
  }, [isWanted, isOff]);

  function send() {
    if (destinationId === null || sample === null) return;
    const body = { ...sample, draft: triedBody(draft), ...(actionId === null ? {} : { actionId }) };
    test.mutate(
      { params: { id: destinationId }, body },
      {
        onSuccess(delivery) {
          ask(false);
          onSent(delivery);
        },
      },
    );
  }

  return (
    <Stack gap={4}>
      <div>
        <Button
          data-key-test
          variant="default"
          leftSection={<Icon name="flask" />}
          disabled={isOff}
          onClick={() => {
            test.reset();
            ask(true);
          }}
        >
          {terms.sendTest}
        </Button>
      </div>
      {destinationId === null ? (
        <Text size="sm" c="dimmed">
          {words.saveFirst}
        </Text>
      ) : null}
      <ConfirmDialog
        isOpen={isAsking}
        title={words.title}
        verb={terms.sendTest}
        isDangerous={false}
        isBusy={test.isPending}
        error={test.error}
        onCancel={() => ask(false)}
        onConfirm={send}
      >
        <p>{words.text(URL.parse(baseUrl)?.host ?? baseUrl)}</p>
        <p>{words.once}</p>
      </ConfirmDialog>
    </Stack>
  );
}
