import { Button } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useCallback } from 'react';
import { connections as words } from '../../../messages/en/connections.ts';
import { terms } from '../../../messages/en/terms.ts';
import { Icon } from '../../../parts/icon.tsx';
import type { Connection } from '../connection.ts';
import type { CurlRequest } from './curl-command.ts';
import { type CurlDestination, destinationOf } from './curl-destination.ts';
import { CurlForm, CurlNotice, handCurl } from './curl-form.tsx';

const w = words.curl;

type Made = Extract<CurlDestination, { kind: 'destination' }>;

type Props = {
  connection: Connection;
  /** The address that an Endpoint Path leads to. */
  urlOf: (path: string) => string;
  onUse: (made: Made) => void;
  onCancel: () => void;
};

/** A cURL command as the beginning of a destination of this connection; one that goes elsewhere needs another connection. */
export function CurlStart({ connection, urlOf, onUse, onCancel }: Props): ReactNode {
  const navigate = useNavigate();
  const madeOf = useCallback(
    (request: CurlRequest) => {
      const found = destinationOf(request, connection);
      return found.kind === 'destination' ? found : null;
    },
    [connection],
  );
  function rowsOf({ body, headers, signIn }: Made): [name: string, value: string][] {
    const authentication = words.details.authTypes[connection.auth.type];
    return [
      [terms.destination, `${body.method} ${urlOf(body.path ?? '')}`],
      [terms.endpointPath, body.path ?? ''],
      [terms.contentType, body.contentType ?? ''],
      [words.columns.auth, signIn === 'connection' ? w.signInHere(authentication) : authentication],
      ...headers.map(({ name, isSecret }): [string, string] => [terms.header, isSecret ? w.secret(name) : name]),
    ];
  }
  return (
    <CurlForm
      madeOf={madeOf}
      text={w.understoodDestination}
      rowsOf={rowsOf}
      templateOf={({ body }) => body.template}
      onUse={onUse}
      onCancel={onCancel}
    >
      {(request, made, command) => {
        if (made !== null) return made.signIn === 'command' ? <CurlNotice text={w.signsInItself} /> : null;
        const found = destinationOf(request, connection);
        if (found.kind !== 'elsewhere') return null;
        return (
          <CurlNotice
            title={w.elsewhere(connection.name)}
            text={(found.isOtherHost ? w.otherHost : w.otherPath)(found.goesTo, urlOf(''))}
          >
            <Button
              mt="sm"
              variant="default"
              leftSection={<Icon name="plus" />}
              onClick={() => {
                handCurl(command);
                void navigate({ to: '/connections/new/curl' });
              }}
            >
              {w.newConnection}
            </Button>
          </CurlNotice>
        );
      }}
    </CurlForm>
  );
}
