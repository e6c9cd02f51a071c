import { Button, Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { useApi } from '../../data/api.ts';
import { outcomes } from '../../messages/en/outcomes.ts';
import { studio } from '../../messages/en/studio.ts';
import { terms } from '../../messages/en/terms.ts';
import { ConfirmDialog } from '../../parts/form/confirm-dialog.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Exchange } from '../../parts/payload/exchange.tsx';
import { StatusBadge } from '../../parts/status-badge.tsx';
import { useMay } from '../../session/rights.ts';
import type { PreviewBody } from './request-preview.tsx';

const w = studio.test;

type Props = {
  destinationId: string;
  /** The event and the draft whose mapping is sent. */
  body: PreviewBody;
  baseUrl: string;
};

/** Sends one real request with the mapping of a draft, after a question, and shows the response. */
export function SendTest({ destinationId, body, baseUrl }: Props): ReactNode {
  const [isAsking, ask] = useState(false);
  const test = useApi('testDestination');
  const { data } = test;
  const attempt = data?.attemptLog?.at(-1);
  if (!useMay('connections:manage')) return null;
  return (
    <Stack gap="xs">
      <div>
        <Button
          variant="default"
          size="xs"
          leftSection={<Icon name="flask" size={14} />}
          onClick={() => {
            test.reset();
            ask(true);
          }}
        >
          {terms.sendTest}
        </Button>
      </div>
      {data === undefined ? null : (
        <>
          <Text component="div" size="sm">
            <StatusBadge status={data.status} /> {data.reason === null ? '' : outcomes.reason[data.reason].short}{' '}
            {data.detail}{' '}
            <Link to="/deliveries/$deliveryId" params={{ deliveryId: data.id }}>
              {w.open}
            </Link>
          </Text>
          {attempt === undefined ? null : (
            <Exchange
              request={attempt.request}
              response={attempt.response}
              error={attempt.error}
              timings={attempt.timings}
            />
          )}
        </>
      )}
      <ConfirmDialog
        isOpen={isAsking}
        title={w.title}
        verb={terms.sendTest}
        isDangerous={false}
        isBusy={test.isPending}
        error={test.error}
        onCancel={() => ask(false)}
        onConfirm={() => test.mutate({ params: { id: destinationId }, body }, { onSuccess: () => ask(false) })}
      >
        <p>{w.text(URL.parse(baseUrl)?.host ?? baseUrl)}</p>
        <p>{w.once}</p>
      </ConfirmDialog>
    </Stack>
  );
}
