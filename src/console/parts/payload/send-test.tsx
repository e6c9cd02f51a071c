import { Button, type ButtonProps } from '@mantine/core';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { Answer, CallInput } from '../../../client/client.ts';
import { useApi } from '../../data/api.ts';
import { studio } from '../../messages/en/studio.ts';
import { terms } from '../../messages/en/terms.ts';
import { ConfirmDialog } from '../form/confirm-dialog.tsx';
import { Icon } from '../icon.tsx';

const words = studio.test;

type Props = Pick<ButtonProps, 'size'> & {
  destinationId: string;
  /** The event, and what is not saved yet. null: there is nothing to send. */
  body: CallInput<'testDestination'>['body'] | null;
  baseUrl: string;
  /** Asks at once, as soon as there is something to send. */
  isWanted?: boolean;
  onSent: (delivery: Answer<'testDestination'>) => void;
};

/** Asks, and then sends one real request. Key `t`. */
export function SendTest({ destinationId, body, baseUrl, isWanted = false, onSent, size }: Props): ReactNode {
  const [isAsking, ask] = useState(false);
  // A test makes a delivery: lists of these are asked for again.
  const test = useApi('testDestination');
  const wasAsked = useRef(false);
  useEffect(() => {
    if (!isWanted || body === null || wasAsked.current) return;
    wasAsked.current = true;
    ask(true);
  }, [isWanted, body]);
  return (
    <>
      <Button
        data-key-test
        variant="default"
        {...(size === undefined ? {} : { size })}
        leftSection={<Icon name="flask" size={14} />}
        disabled={body === null}
        onClick={() => {
          test.reset();
          ask(true);
        }}
      >
        {terms.sendTest}
      </Button>
      <ConfirmDialog
        isOpen={isAsking}
        title={words.title}
        verb={terms.sendTest}
        isDangerous={false}
        isBusy={test.isPending}
        error={test.error}
        onCancel={() => ask(false)}
        onConfirm={() =>
          body !== null &&
          test.mutate(
            { params: { id: destinationId }, body },
            {
              onSuccess(delivery) {
                ask(false);
                onSent(delivery);
              },
            },
          )
        }
      >
        <p>{words.text(URL.parse(baseUrl)?.host ?? baseUrl)}</p>
        <p>{words.once}</p>
      </ConfirmDialog>
    </>
  );
}
