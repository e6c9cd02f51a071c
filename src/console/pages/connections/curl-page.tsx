import { Alert, Button, Group, Text, Textarea } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useMemo, useState } from 'react';
import { connections as words } from '../../messages/en/connections.ts';
import { parts } from '../../messages/en/parts.ts';
import { Icon } from '../../parts/icon.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Page } from '../../shell/page.tsx';
import css from './connection-form.module.css';
import { type CurlRequest, readCurl } from './curl-command.ts';
import { isSendable, startOf } from './curl-start.ts';
import { ComesWith, NewConnection } from './new-connection.tsx';
import type { Start } from './start.ts';
import { SummaryList } from './summary-list.tsx';

const w = words.curl;

/** Paste a cURL command: what it says is shown, then it is the beginning of a connection and a destination. */
export function CurlPage(): ReactNode {
  const navigate = useNavigate();
  const [text, write] = useState('');
  const [start, setStart] = useState<Start | null>(null);
  const result = useMemo(() => (text.trim() === '' ? null : readCurl(text)), [text]);
  const made = useMemo(
    () => (result?.ok === true && URL.canParse(result.request.url) ? startOf(result.request) : null),
    [result],
  );
  return (
    <Page
      title={w.title}
      lead={start === null ? w.lead : w.leadForm}
      right="connections:manage"
      crumbs={[
        { label: words.title, to: '/connections' },
        { label: words.create, to: '/connections/new' },
      ]}
    >
      {start !== null ? (
        <>
          <ComesWith start={start} />
          <NewConnection start={start} draftKey="connections/new/curl" />
        </>
      ) : (
        <div className={css['form']}>
          <Panel title={w.command}>
            <Textarea
              label={w.label}
              description={w.hint}
              placeholder="curl https://api.example.com/orders -H 'Authorization: Bearer …' --json '{…}'"
              value={text}
              onChange={(event) => write(event.currentTarget.value)}
              error={
                result?.ok === false
                  ? w.problems[result.problem]
                  : result !== null && made === null
                    ? w.problems.no_url
                    : undefined
              }
              autosize
              minRows={6}
              maxRows={20}
              spellCheck={false}
              autoComplete="off"
              classNames={{ input: css['code'] ?? '' }}
              data-autofocus
            />
          </Panel>
          {made === null || result?.ok !== true ? null : <Understood request={result.request} start={made} />}
          <Group>
            <Button disabled={made === null} onClick={() => setStart(made)}>
              {w.use}
            </Button>
            <Button variant="subtle" color="gray" onClick={() => void navigate({ to: '/connections' })}>
              {parts.cancel}
            </Button>
          </Group>
        </div>
      )}
    </Page>
  );
}

function Understood({ request, start }: { request: CurlRequest; start: Start }): ReactNode {
  const { draft } = start;
  const [destination] = start.destinations;
  return (
    <Panel title={w.understood} text={w.understoodText}>
      <SummaryList
        rows={[
          [words.details.baseUrl, draft.port === '' ? draft.baseUrl : `${draft.baseUrl}:${draft.port}`],
          [words.columns.auth, words.details.authTypes[draft.authType]],
          ...draft.headers.map(({ name, isSecret }): [string, string] => [w.header, isSecret ? w.secret(name) : name]),
          [w.destination, `${destination?.method} ${destination?.path}`],
          [words.destinations.columns.contentType, destination?.contentType ?? ''],
        ]}
        code={destination?.template === undefined ? null : { label: w.template, text: destination.template }}
      />
      {isSendable(request.method) ? null : (
        <Alert color="orange" variant="light" icon={<Icon name="alert" />}>
          <Text size="md">{w.otherMethod(request.method)}</Text>
        </Alert>
      )}
      {request.leftOut.length === 0 ? null : (
        <Alert color="orange" variant="light" icon={<Icon name="alert" />} title={w.leftOut}>
          <Text size="md" ff="monospace">
            {request.leftOut.join('  ')}
          </Text>
        </Alert>
      )}
    </Panel>
  );
}
