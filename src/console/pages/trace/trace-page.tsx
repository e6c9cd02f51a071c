import { Button, Code, Group, Stack, Text, TextInput } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { liveMs, useApiQuery } from '../../data/data.ts';
import { formatRelative, formFields, shell, terms, trace as words } from '../../messages/en.ts';
import { bind } from '../../parts/form/bind.ts';
import { ActButton, CopyButton, DetailTabs, Icon, Panel, saveFile, Time, Toned, useNow } from '../../parts/parts.ts';
import { LoadedPage } from '../../shell/page.tsx';
import { markedAddress } from './marked-address.ts';
import { Timeline, type Trace } from './timeline.tsx';

export function TracePage(): ReactNode {
  const { traceId } = useParams({ from: '/shell/trace/$traceId' });
  const query = useApiQuery(
    'getTrace',
    { params: { id: traceId } },
    {
      refetchInterval: ({ state: { data } }) => (data !== undefined && isUnfinished(data) ? liveMs : false),
      staleTime: 0,
    },
  );
  return (
    <LoadedPage
      query={query}
      one={words.title}
      nameOf={({ name }) => name ?? words.title}
      right="events:view"
      crumbs={[
        { label: shell.pages.events, to: '/events' },
        { label: words.startTitle, to: '/trace' },
      ]}
      lead={(trace) => <State trace={trace} />}
      actions={(trace) => <Actions trace={trace} />}
    >
      {(trace) => (
        <Stack gap="lg">
          {trace.state === 'running' ? <Attach trace={trace} /> : null}
          <Timeline trace={trace} />
        </Stack>
      )}
    </LoadedPage>
  );
}

/** Whether anything may still come: events while it runs, and answers to what was set off. */
function isUnfinished({ state, events }: Trace): boolean {
  return (
    state === 'running' || events.some(({ deliveries }) => deliveries.some(({ finishedAt }) => finishedAt === null))
  );
}

function State({ trace: { state, expiresAt, startedAt } }: { trace: Trace }): ReactNode {
  const now = useNow();
  const isRunning = state === 'running';
  return (
    <Group gap={6} role="status">
      <Toned tone={isRunning ? 'work' : 'calm'} icon={isRunning ? 'clock' : 'check'}>
        {words.states[state]}
      </Toned>
      {isRunning ? <span>{words.endsIn(formatRelative(new Date(expiresAt), now))}</span> : <Time at={startedAt} />}
    </Group>
  );
}

function Actions({ trace }: { trace: Trace }): ReactNode {
  return (
    <>
      <CopyButton text={`${location.origin}/trace/${trace.id}`} label={terms.copyLink} size="sm" />
      <Button
        leftSection={<Icon name="code" />}
        onClick={() => saveFile(`${trace.id}.json`, JSON.stringify(trace, null, 2), 'application/json')}
      >
        {words.export}
      </Button>
      {trace.state === 'running' ? (
        <ActButton
          route="stopTrace"
          input={{ params: { id: trace.id } }}
          done={words.stopped}
          variant="filled"
          leftSection={<Icon name="stop" />}
        >
          {terms.stop}
        </ActButton>
      ) : null}
    </>
  );
}

const ways = ['link', 'header', 'script'] as const;

/** The three ways to make a visit part of the trace. */
function Attach({ trace: { attach, id } }: { trace: Trace }): ReactNode {
  const { way = 'link' } = useSearch({ from: '/shell/trace/$traceId' });
  const navigate = useNavigate({ from: '/trace/$traceId' });
  return (
    <Panel title={words.attach} text={words.attachText}>
      <DetailTabs
        label={words.attach}
        names={words.ways}
        shown={way}
        onShow={(next) => void navigate({ search: { way: ways.find((one) => one === next) }, replace: true })}
        panels={{
          link: <ByLink parameter={attach.parameter} id={id} />,
          header: <ToCopy way="header" shown={`${attach.header}: ${id}`} />,
          script: <ToCopy way="script" shown={attach.script} />,
        }}
      />
    </Panel>
  );
}

function ByLink({ parameter, id }: { parameter: string; id: string }): ReactNode {
  const [typed, type] = useLocalStorage<string>({
    key: 'millrace.trace-page',
    defaultValue: words.pageExample,
    getInitialValueInEffect: false,
  });
  const marked = markedAddress(typed, parameter, id);
  const isTyped = typed.trim() !== '' && typed !== words.pageExample;
  return (
    <ToCopy
      way="link"
      shown={marked ?? `…?${parameter}=${id}`}
      copied={marked ?? `${parameter}=${id}`}
      button={
        marked === null ? null : (
          <Button
            variant="filled"
            component="a"
            href={marked}
            target="_blank"
            rel="noreferrer"
            size="xs"
            leftSection={<Icon name="chevron" size={14} />}
          >
            {words.visit}
          </Button>
        )
      }
    >
      <TextInput
        label={words.page}
        description={words.pageHint}
        {...bind(typed, type)}
        error={isTyped && marked === null ? formFields.url : undefined}
        inputMode="url"
        spellCheck={false}
        maw="36rem"
      />
    </ToCopy>
  );
}

type ToCopyProps = {
  way: (typeof ways)[number];
  shown: string;
  copied?: string;
  button?: ReactNode;
  children?: ReactNode;
};

function ToCopy({ way, shown, copied = shown, button, children }: ToCopyProps): ReactNode {
  return (
    <Stack gap="sm">
      <Text c="dimmed">{words.about[way]}</Text>
      {children}
      <Code block style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
        {shown}
      </Code>
      <Group gap="xs">
        <CopyButton text={copied} />
        {button}
      </Group>
    </Stack>
  );
}
