import { Alert, Button, Checkbox, Group, Stack, Text, Textarea } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useEffect, useMemo, useState } from 'react';
import { connectionForm, parts, terms, connections as words } from '../../../messages/en.ts';
import { type Connection, newCrumbs } from '../../../parts/connection/connection.ts';
import { ConnectionEditor } from '../../../parts/connection/form/connection-editor.tsx';
import type { Start } from '../../../parts/connection/start.ts';
import { bind } from '../../../parts/form/bind.ts';
import { Facts, Icon, Panel } from '../../../parts/parts.ts';
import { Page } from '../../../shell/page.tsx';
import type { DestinationDraft } from '../destinations/destination-draft.ts';
import { LabelledCode } from '../new/preset-panel.tsx';
import { type CurlRequest, readCurl } from './curl-command.ts';
import { destinationOf } from './curl-destination.ts';
import { isSendable, startOf } from './curl-start.ts';

const w = words.curl;

/**
 * A command on its way from the page of a destination to the one of a new connection. It is kept in memory only: it has
 * secrets, which must not be in the address or the history of the browser.
 */
let handed = '';

type Props = {
  /** The connection that gets a destination; null: a new connection is made too. */
  connection: Connection | null;
  /** `destination`: of `connection`; null without one. */
  onUse: (request: CurlRequest, destination: DestinationDraft | null) => void;
  onCancel: () => void;
};

/** A cURL command is pasted, what it becomes is shown, and `onUse` continues with that. */
export function CurlForm({ connection, onUse, onCancel }: Props): ReactNode {
  const navigate = useNavigate();
  const [command, write] = useState(handed);
  useEffect(() => {
    handed = '';
  }, []);
  const result = useMemo(() => (command.trim() === '' ? null : readCurl(command)), [command]);
  const [kept, keep] = useState<readonly string[]>([]);
  const request = result?.ok === true ? { ...result.request, kept } : null;
  const found = request && connection && destinationOf(request, connection);
  const isElsewhere = found?.kind === 'elsewhere';
  return (
    <Stack>
      <Panel title={w.command}>
        <Textarea
          label={w.label}
          description={w.hint}
          placeholder="curl https://api.example.com/orders -H 'Authorization: Bearer …' --json '{…}'"
          {...bind(command, write)}
          error={result?.ok === false ? w.problems[result.problem] : undefined}
          autosize
          minRows={6}
          maxRows={20}
          spellCheck={false}
          autoComplete="off"
          classNames={{ input: 'mono' }}
          data-autofocus
        />
      </Panel>
      {request === null || isElsewhere ? null : <Result request={request} connection={connection} onKeep={keep} />}
      {found?.kind === 'destination' && found.signIn === 'command' ? <Notice text={w.signsInItself} /> : null}
      {isElsewhere ? (
        <Notice
          title={w.elsewhere(connection?.name ?? '')}
          text={(found.isOtherHost ? w.otherHost : w.otherPath)(found.goesTo, found.base)}
        >
          <Button
            mt="sm"
            leftSection={<Icon name="plus" />}
            onClick={() => {
              handed = command;
              void navigate({ to: '/connections/new/curl' });
            }}
          >
            {w.newConnection}
          </Button>
        </Notice>
      ) : null}
      <Group>
        <Button
          variant="filled"
          disabled={request === null || isElsewhere}
          onClick={() => request !== null && onUse(request, found?.kind === 'destination' ? found.draft : null)}
        >
          {terms.continue}
        </Button>
        <Button variant="subtle" color="gray" onClick={onCancel}>
          {parts.cancel}
        </Button>
      </Group>
    </Stack>
  );
}

type ResultProps = { request: CurlRequest; connection: Connection | null; onKeep: (samples: string[]) => void };

/** What a command becomes: a destination of a connection, or of a new one. */
function Result({ request, connection, onKeep }: ResultProps): ReactNode {
  const start = startOf(request);
  const found = connection && destinationOf(request, connection);
  const own = found?.kind === 'destination' ? found : null;
  const { baseUrl, port, authType } = start.draft;
  const destination = own?.draft ?? start.destination;
  const authentication = words.details.authTypes[connection?.auth.type ?? authType];
  return (
    <Panel title={terms.result} text={connection === null ? w.understoodText : w.understoodDestination}>
      <Facts
        facts={[
          ...(connection === null
            ? [[connectionForm.fields.baseUrl[0], port === '' ? baseUrl : `${baseUrl}:${port}`] as const]
            : []),
          [words.columns.auth, own?.signIn === 'connection' ? w.signInHere(authentication) : authentication],
          ...(own?.draft ?? start.draft).headers.map(
            ({ name, isSecret }) => [w.header, isSecret ? w.secret(name) : name] as const,
          ),
          [terms.destination, `${destination.method} ${destination.path}`],
          [terms.contentType, destination.contentType],
        ]}
      />
      {destination.template === undefined ? null : <LabelledCode label={terms.template} text={destination.template} />}
      {start.samples.length === 0 ? null : (
        <Checkbox.Group
          label={w.samples}
          description={w.samplesHint}
          value={start.samples.filter((one) => request.kept?.includes(one) !== true)}
          onChange={(read) => onKeep(start.samples.filter((one) => !read.includes(one)))}
        >
          <Stack gap="xs" mt="xs">
            {start.samples.map((one) => (
              <Checkbox key={one} value={one} label={one} classNames={{ label: 'mono' }} />
            ))}
          </Stack>
        </Checkbox.Group>
      )}
      {start.constants.length === 0 ? null : <Notice title={w.constants} text={start.constants.join('  ')} isCode />}
      {isSendable(request.method) ? null : <Notice text={w.otherMethod(request.method)} />}
      {request.leftOut.length === 0 ? null : <Notice title={w.leftOut} text={request.leftOut.join('  ')} isCode />}
    </Panel>
  );
}

type NoticeProps = { title?: string; text: string; isCode?: boolean; children?: ReactNode };

/** Something to know before continuing. */
function Notice({ title, text, isCode = false, children }: NoticeProps): ReactNode {
  return (
    <Alert color="orange" icon={<Icon name="alert" />} title={title} role="status">
      <Text size="md" {...(isCode ? { ff: 'monospace' } : {})}>
        {text}
      </Text>
      {children}
    </Alert>
  );
}

/** A pasted cURL command as the beginning of a connection and a destination. */
export function CurlPage(): ReactNode {
  const navigate = useNavigate();
  const [start, begin] = useState<Start | null>(null);
  return (
    <Page
      title={words.cards.curl}
      lead={start === null ? terms.curlLead : words.curl.leadForm}
      right="connections:manage"
      crumbs={newCrumbs}
    >
      {start !== null ? (
        <ConnectionEditor stored={null} start={start} draftKey="connections/new/curl" isFresh />
      ) : (
        <CurlForm
          connection={null}
          onUse={(request) => {
            const { draft, destination } = startOf(request);
            begin({ draft, destinations: [destination] });
          }}
          onCancel={() => void navigate({ to: '/connections' })}
        />
      )}
    </Page>
  );
}
