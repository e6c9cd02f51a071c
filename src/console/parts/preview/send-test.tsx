import { Button } from '@mantine/core';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { CallInput, RouteResponse } from '../../../client/client.ts';
import { rights } from '../../../contract/accounts/rights.ts';
import { useApi } from '../../data/data.ts';
import { destinations, terms } from '../../messages/en.ts';
import { useMay } from '../../session/rights.ts';
import { ConfirmDialog, Icon, Note } from '../parts.ts';

const words = destinations.test;

type Props = {
  /** null: the destination is not saved yet. */
  destinationId: string | null;
  /** Gives the body when it is sent; null: there is nothing to send. */
  body: (() => CallInput<'testDestination'>['body']) | null;
  /** Why there is nothing to send: in place of the question when that comes while it is open. */
  whyNot: ReactNode;
  baseUrl: string;
  size?: 'xs' | 'sm';
  /** Whether the question is asked as soon as there is something to send. */
  isWanted?: boolean;
  onSent: (delivery: RouteResponse<'testDestination'>) => void;
};

/** Asks, and then sends one real request. Key `t`. */
export function SendTest({
  destinationId,
  body,
  whyNot,
  baseUrl,
  size = 'sm',
  isWanted = false,
  onSent,
}: Props): ReactNode {
  const [isAsking, ask] = useState(false);
  const test = useApi('testDestination');
  const mayManage = useMay('connections:manage');
  const isOff = !mayManage || destinationId === null || body === null;
  const wasAsked = useRef(false);
  useEffect(() => {
    if (!isWanted || isOff || wasAsked.current) return;
    wasAsked.current = true;
    ask(true);
  }, [isWanted, isOff]);

  function send() {
    if (destinationId === null || body === null) return;
    const onSuccess = (delivery: RouteResponse<'testDestination'>) => {
      ask(false);
      onSent(delivery);
    };
    test.mutate({ params: { id: destinationId }, body: body() }, { onSuccess });
  }

  return (
    <div>
      <Button
        data-key-test
        size={size}
        leftSection={<Icon name="flask" />}
        disabled={isOff}
        onClick={() => {
          test.reset();
          ask(true);
        }}
      >
        {terms.sendTest}
      </Button>
      {!mayManage ? (
        <Note>{words.noRight(rights['connections:manage'])}</Note>
      ) : destinationId === null ? (
        <Note>{words.saveFirst}</Note>
      ) : body === null && typeof whyNot === 'string' ? (
        <Note>{whyNot}</Note>
      ) : null}
      <ConfirmDialog
        isOpen={isAsking}
        title={words.title}
        verb={terms.sendTest}
        isDangerous={false}
        isBusy={test.isPending}
        error={test.error}
        blockedBy={body === null ? whyNot : null}
        onCancel={() => ask(false)}
        onConfirm={send}
      >
        <p>{words.text(URL.parse(baseUrl)?.host ?? baseUrl)}</p>
        <p>{words.once}</p>
      </ConfirmDialog>
    </div>
  );
}
