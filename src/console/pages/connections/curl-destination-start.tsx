import { Alert, Button, Group, Text } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useMemo, useState } from 'react';
import { connections as words } from '../../messages/en/connections.ts';
import { parts } from '../../messages/en/parts.ts';
import { terms } from '../../messages/en/terms.ts';
import { Icon } from '../../parts/icon.tsx';
import type { Connection } from './connection.ts';
import css from './connection-form.module.css';
import { readCurl } from './curl-command.ts';
import { type CurlDestination, destinationOf } from './curl-destination.ts';
import { CurlField, CurlNotice, CurlUnderstood } from './curl-field.tsx';
import { handCurl } from './handed-curl.ts';

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
  const [text, write] = useState('');
  const result = useMemo(() => (text.trim() === '' ? null : readCurl(text)), [text]);
  const made = useMemo(
    () => (result?.ok === true ? destinationOf(result.request, connection) : null),
    [result, connection],
  );
  return (
    <div className={css['form']}>
      <CurlField text={text} result={result} onChange={write} />
      {made?.kind === 'elsewhere' ? (
        <Elsewhere
          made={made}
          connection={connection}
          baseUrl={urlOf('')}
          onNew={() => {
            handCurl(text);
            void navigate({ to: '/connections/new/curl' });
          }}
        />
      ) : null}
      {made?.kind === 'destination' && result?.ok === true ? (
        <CurlUnderstood
          request={result.request}
          text={w.understoodDestination}
          rows={rowsOf(made, connection, urlOf)}
          template={made.body.template}
        />
      ) : null}
      {made?.kind === 'destination' && made.signIn === 'command' ? <CurlNotice text={w.signsInItself} /> : null}
      <Group>
        <Button disabled={made?.kind !== 'destination'} onClick={() => made?.kind === 'destination' && onUse(made)}>
          {terms.continue}
        </Button>
        <Button variant="subtle" color="gray" onClick={onCancel}>
          {parts.cancel}
        </Button>
      </Group>
    </div>
  );
}

type ElsewhereProps = {
  made: Extract<CurlDestination, { kind: 'elsewhere' }>;
  connection: Connection;
  baseUrl: string;
  onNew: () => void;
};

function Elsewhere({ made, connection, baseUrl, onNew }: ElsewhereProps): ReactNode {
  return (
    <Alert
      color="orange"
      variant="light"
      icon={<Icon name="alert" />}
      title={w.elsewhere(connection.name)}
      role="status"
    >
      <Text size="md" mb="sm">
        {(made.isOtherHost ? w.otherHost : w.otherPath)(made.goesTo, baseUrl)}
      </Text>
      <Button variant="default" leftSection={<Icon name="plus" />} onClick={onNew}>
        {w.newConnection}
      </Button>
    </Alert>
  );
}

function rowsOf(
  { body, headers, signIn }: Made,
  connection: Connection,
  urlOf: Props['urlOf'],
): [name: string, value: string][] {
  const authentication = words.details.authTypes[connection.auth.type];
  return [
    [terms.destination, `${body.method} ${urlOf(body.path ?? '')}`],
    [terms.endpointPath, body.path ?? ''],
    [terms.contentType, body.contentType ?? ''],
    [words.columns.auth, signIn === 'connection' ? w.signInHere(authentication) : authentication],
    ...headers.map(({ name, isSecret }): [string, string] => [terms.header, isSecret ? w.secret(name) : name]),
  ];
}
