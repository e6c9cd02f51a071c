import { Alert, Box, Button, Code, Group, Loader, Stack, Text, TextInput } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { RouteResponse } from '../../../client/client.ts';
import { rights } from '../../../contract/accounts/rights.ts';
import { live, useApiQuery } from '../../data/data.ts';
import { dataCollection, terms } from '../../messages/en.ts';
import { useMay } from '../../session/rights.ts';
import { bind } from '../form/bind.ts';
import { Beside, CopyButton, DetailTabs, Icon, More, Note, Panel, Problem, TextLink, Time } from '../parts.ts';
import { type Collector, originsInWords } from './collector.ts';
import { type SdkKind, sdkSnippets } from './sdk-snippets.ts';
import { originOf, type SnippetKind, snippets } from './snippets.ts';
import { WebhookAddress } from './webhook-address.tsx';

const words = dataCollection.send;

/** Snippets that send events to a collector, and the events that arrive. */
export function SendTab({ collector }: { collector: Collector }): ReactNode {
  const [typed, type] = useLocalStorage({
    key: 'millrace.public-address',
    defaultValue: location.origin,
    getInitialValueInEffect: false,
  });
  const origin = originOf(typed);
  const intake = { origin: origin ?? location.origin, key: collector.key };
  const ways = snippets(intake);
  const sdks = sdkSnippets(intake);
  const names = waysOf(collector);
  const hasWays = Object.keys(names).length > 0;
  const taken = sdkNames(collector);
  const sites = collector.allowedOrigins.includes('*') ? null : originsInWords(collector);
  return (
    <Beside asideWidth="22rem" aside={<Listening collector={collector} />}>
      <Stack>
        <Panel title={words.title} text={words.text}>
          {collector.status === 'disabled' ? (
            <Alert color="orange" icon={<Icon name="off" />} title={words.disabledHint} />
          ) : null}
          <TextInput
            label={words.address}
            description={words.addressHint}
            {...bind(typed, type)}
            error={origin === null ? words.addressWrong : undefined}
            inputMode="url"
            spellCheck={false}
          />
          {hasWays ? (
            <DetailTabs
              label={words.snippets}
              names={names}
              gap="sm"
              panels={(kind) => (
                <Explained about={words.about[kind]} name={words.kinds[kind]} text={ways[kind]}>
                  {sites !== null && fromPages.has(kind) ? <Note>{words.originHint(sites)}</Note> : null}
                </Explained>
              )}
            />
          ) : null}
          {hasWays ? (
            <More summary={words.good}>
              <ul>
                {words.goodLines.map((line) => (
                  <li key={line}>{line}</li>
                ))}
              </ul>
            </More>
          ) : null}
        </Panel>
        <WebhookAddress origin={intake.origin} collector={collector} />
        {Object.keys(taken).length === 0 ? null : (
          <Panel title={words.sdks} text={words.sdksText}>
            <DetailTabs
              label={words.sdkSnippets}
              names={taken}
              gap="sm"
              panels={(kind) => <Explained about={words.sdkAbout[kind]} name={taken[kind] ?? kind} text={sdks[kind]} />}
            />
          </Panel>
        )}
      </Stack>
    </Beside>
  );
}

/** The ways without an SDK that the collector takes: the tag has a format of its own, the others that of Oracle Infinity. */
function waysOf({ formats }: Collector): Record<SnippetKind, string> {
  const names = Object.entries(words.kinds).filter(([kind]) => formats.includes(kind === 'tag' ? 'tag' : 'infinity'));
  return Object.fromEntries(names) as Record<SnippetKind, string>; // what is left out is not shown
}

/** The formats of SDKs that a collector takes. */
function sdkNames({ formats }: Collector): Record<SdkKind, string> {
  const names = formats.flatMap((one) => (one in words.sdkAbout ? [[one, terms.formats[one] ?? one]] : []));
  return Object.fromEntries(names) as Record<SdkKind, string>; // the others are not shown
}

const fromPages = new Set<SnippetKind>(['tag', 'browser', 'beacon']);

/** A snippet with what it is for, and what else there is to say of it. */
function Explained(props: { about: string; name: string; text: string; children?: ReactNode }): ReactNode {
  const { about, name, text, children } = props;
  return (
    <Stack gap="xs">
      <Text c="dimmed">{about}</Text>
      <Snippet name={name} text={text} />
      <Group gap="sm">
        <CopyButton text={text} />
        {children}
      </Group>
    </Stack>
  );
}

/** A long line scrolls in its frame, by keyboard too. */
function Snippet({ name, text }: { name: string; text: string }): ReactNode {
  return (
    <Box
      component="section"
      aria-label={name}
      tabIndex={0}
      mah="24rem"
      bd="1px solid var(--console-line)"
      bdrs="sm"
      bg="var(--console-ground)"
      style={{ overflow: 'auto' }}
    >
      <Code block w="max-content" miw="100%" px="sm" py="sm" bg="transparent" lh={1.55}>
        {text}
      </Code>
    </Box>
  );
}

const listeningWords = dataCollection.listening;

const shown = 5;

/** Waits for the events of a collector, and turns green when one comes. */
function Listening({ collector }: { collector: Collector }): ReactNode {
  const maySee = useMay('events:view');
  const { data, error, refetch } = useApiQuery(
    'listEvents',
    { query: { collectorId: collector.id, limit: shown } },
    { ...live, staleTime: 0, enabled: maySee },
  );
  const send = useMutation({ mutationFn: () => sendTestEvent(collector.key), onSuccess: () => void refetch() });
  const refused = send.data === undefined || send.data.ok ? null : listeningWords.testRefused(send.data.status);
  return (
    <Panel title={listeningWords.title}>
      {maySee ? (
        <Arrivals events={data?.data} key={collector.id} />
      ) : (
        <Text c="dimmed">{listeningWords.noRight(rights['events:view'])}</Text>
      )}
      {error !== null && data === undefined ? <Problem error={error} onRetry={() => void refetch()} /> : null}
      {collector.formats.includes('infinity') ? (
        <div>
          <Button
            leftSection={<Icon name="flask" />}
            loading={send.isPending}
            disabled={collector.status === 'disabled'}
            onClick={() => send.mutate()}
          >
            {listeningWords.test}
          </Button>
          <Text size="sm" c={refused === null ? 'dimmed' : 'var(--console-bad)'} mt={6} role="status">
            {refused ?? listeningWords.testHint}
          </Text>
        </div>
      ) : null}
      <Problem error={send.error} />
    </Panel>
  );
}

/** Sends one event to a collector of this server, as any page would: without credentials, with the key alone. */
function sendTestEvent(key: string): Promise<Response> {
  const event = { 'wt.ev': 'test_event', 'wt.ti': 'Sent from the console', 'wt.dcsvid': 'console' };
  return fetch(`/v3/${encodeURIComponent(key)}`, {
    method: 'POST',
    credentials: 'omit',
    body: JSON.stringify({ events: [event] }),
  });
}

function Arrivals({ events }: { events: readonly RouteResponse<'getEvent'>[] | undefined }): ReactNode {
  // The newest event when the page was opened: a newer one has come since.
  const [before, setBefore] = useState<string | null>(null);
  if (before === null && events !== undefined) setBefore(events[0]?.id ?? '');
  const newest = events?.[0];
  const isNew = newest !== undefined && before !== null && newest.id > before;
  const good = { c: 'var(--console-good)', bg: 'var(--console-good-ground)', bd: '1px solid var(--console-good)' };
  const calm = { bg: 'var(--console-ground)', bd: '1px solid var(--console-line)' };
  return (
    <>
      <Group role="status" gap="sm" p="sm" bdrs="sm" fw={550} wrap="nowrap" {...(isNew ? good : calm)}>
        {isNew ? <Icon name="check" /> : <Loader size={14} />}
        {isNew
          ? listeningWords.received(newest.name ?? listeningWords.unnamed)
          : newest === undefined
            ? listeningWords.waiting
            : listeningWords.idle}
      </Group>
      {newest === undefined ? (
        <Text c="dimmed">{listeningWords.waitingText}</Text>
      ) : (
        <div>
          <Text fw={550}>{listeningWords.latest}</Text>
          <Stack component="ul" gap="xs">
            {events?.map(({ id, name, visitorId, receivedAt }) => (
              <li key={id}>
                <Group justify="space-between" gap="sm" wrap="nowrap">
                  <TextLink to="/events/$eventId" params={{ eventId: id }} truncate>
                    {name ?? terms.noName}
                  </TextLink>
                  <Note span>
                    <Time at={receivedAt} />
                  </Note>
                </Group>
                {visitorId === null ? null : (
                  <Text size="sm" c="dimmed" truncate>
                    {listeningWords.visitor(visitorId)}
                  </Text>
                )}
              </li>
            ))}
          </Stack>
        </div>
      )}
    </>
  );
}
