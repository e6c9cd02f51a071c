import { Code, Group, Stack, Text } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { rights } from '../../../contract/accounts/rights.ts';
import type { Issue } from '../../../contract/records/issue.ts';
import { live, pathOf, useApiQuery, useNames } from '../../data/data.ts';
import {
  audit as auditWords,
  fieldsOf,
  formatAbsolute,
  formatNumber,
  issueText,
  parts,
  shell,
  terms,
  issues as words,
} from '../../messages/en.ts';
import { Facts, Note, Panel, StatusBadge, ThingLink, Time } from '../../parts/parts.ts';
import { resultWords } from '../../parts/payload/last-attempts.ts';
import { useMay } from '../../session/rights.ts';
import { LoadedPage } from '../../shell/page.tsx';
import { FixActions, IssueActions } from './issue-actions.tsx';
import { Count, Held, useUndelivered } from './issue-figures.tsx';

const w = words.page;

type Props = { issue: Issue };

export function IssuePage(): ReactNode {
  const { issueId } = useParams({ from: '/shell/issues/$issueId' });
  const query = useApiQuery('getIssue', { params: { id: issueId } }, live);
  return (
    <LoadedPage
      query={query}
      one={terms.issue}
      nameOf={(issue) => issueText(issue).title}
      lead={(issue) => <Lead issue={issue} />}
      crumbs={[{ label: shell.pages.issues, to: '/issues' }]}
      right="deliveries:view"
      actions={(issue) => <IssueActions issue={issue} />}
    >
      {(issue) => <Loaded issue={issue} />}
    </LoadedPage>
  );
}

function Lead({ issue: { state, severity, kind, lastSeenAt } }: Props): ReactNode {
  return (
    <Group gap="sm">
      <StatusBadge status={state} note={state === 'resolved' ? undefined : words.severities[severity]} />
      <span>{words.kinds[kind]}</span>
      <span>
        {terms.lastSeen} <Time at={lastSeenAt} />
      </span>
    </Group>
  );
}

function Loaded({ issue }: Props): ReactNode {
  const { samples, sample, changes } = issue;
  const { detail, fix } = issueText(issue);
  return (
    <Stack>
      <Panel title={w.cause}>
        <Text>{detail}</Text>
        <Text>
          <b>{w.likelyFix}</b> {fix}
        </Text>
        <FixActions issue={issue} />
        <History issue={issue} />
      </Panel>
      {sample == null ? null : <Sample sample={sample} />}
      <Panel title={terms.details}>
        <IssueFacts issue={issue} />
      </Panel>
      <Panel title={w.changes} text={changes.length === 0 ? w.noChanges : w.changesText}>
        {changes.length === 0 ? null : (
          <ul style={bullets}>
            {changes.map(({ at, act, kind, id, name, by, pointers }) => (
              <li key={`${at} ${id} ${act}`}>
                {auditWords.whoDid(by, act, kind)} <ThingLink underline="always" entry={{ act, kind, id, name }} /> ·{' '}
                <Time at={at} />
                <Note>{w.places(fieldsOf(pointers.filter((one) => one !== '').map(pathOf)))}</Note>
              </li>
            ))}
          </ul>
        )}
      </Panel>
      {samples.length < 2 ? null : <Samples ids={samples} />}
    </Stack>
  );
}

const bullets = { margin: 0, paddingInlineStart: 'var(--mantine-spacing-md)', overflowWrap: 'anywhere' } as const;

const deliveryOf = (id: string, name: string | null) => ({ kind: 'delivery', id, name });

/** The newest affected delivery and its response. */
function Sample({ sample }: { sample: NonNullable<Issue['sample']> }): ReactNode {
  const maySee = useMay('payloads:view');
  const { deliveryId, at, status, errorKind, response } = sample;
  return (
    <Panel title={w.sample}>
      <Text>
        <ThingLink underline="always" entry={deliveryOf(deliveryId, resultWords(status, errorKind))} /> <Time at={at} />
      </Text>
      {response !== null && response !== '' ? (
        <Code block mah="12rem" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }} tabIndex={0}>
          {response}
        </Code>
      ) : status === null ? null : (
        <Text c="dimmed">{maySee ? w.noText : w.hidden(rights['payloads:view'])}</Text>
      )}
    </Panel>
  );
}

function Samples({ ids }: { ids: readonly string[] }): ReactNode {
  const { data } = useApiQuery('getLastAttempts', { query: { ids: ids.join() } });
  return (
    <Panel title={w.samples} text={w.samplesText}>
      <ul style={bullets}>
        {data?.data.map(({ deliveryId, last }) => (
          <li key={deliveryId}>
            <ThingLink underline="always" entry={deliveryOf(deliveryId, resultWords(last?.status, last?.errorKind))} />{' '}
            {last === null ? null : <Time at={last.startedAt} show="stream" />}
          </li>
        ))}
      </ul>
    </Panel>
  );
}

/** Who did what with it, and why it is over. */
function History({ issue }: Props): ReactNode {
  const { state, acknowledgedBy, acknowledgedAt, mutedBy, mutedUntil, resolvedAt, resolvedBy, resolution } = issue;
  const local = (at: string) => formatAbsolute(new Date(at)).local;
  const lines = [
    ...(acknowledgedBy === null || acknowledgedAt === null
      ? []
      : [w.acknowledged(acknowledgedBy, local(acknowledgedAt))]),
    ...(state !== 'muted' || mutedBy === null
      ? []
      : [w.muted(mutedBy, mutedUntil === null ? null : local(mutedUntil))]),
    ...(resolvedAt === null || resolvedBy === null ? [] : [w.resolved(resolvedBy, local(resolvedAt), resolution)]),
  ];
  return lines.map((line) => (
    <Text key={line} c="dimmed">
      {line}
    </Text>
  ));
}

function IssueFacts({ issue }: Props): ReactNode {
  const { connectionId, destinationId, actionIds, actionId, openedAt, firstSeenAt } = issue;
  const names = useNames();
  const link = (kind: 'action' | 'connection' | 'destination', id: string) => (
    <ThingLink key={kind} underline="always" entry={{ kind, id, name: names[kind](id) }} />
  );
  const undelivered = useUndelivered(issue);
  const touched = actionIds.length > 0 || actionId === null ? actionIds : [actionId];
  const facts: (readonly [string, ReactNode] | null)[] = [
    [words.columns.count, <Count key="count" issue={issue} />],
    [w.opened, <Time key="opened" at={openedAt} />],
    [terms.firstSeen, <Time key="first" at={firstSeenAt} />],
    [parts.status.held, <Held key="held" issue={issue} />],
    undelivered === null ? null : [w.undelivered, formatNumber(undelivered)],
    connectionId === null ? null : [terms.connection, link('connection', connectionId)],
    destinationId === null ? null : [terms.destination, link('destination', destinationId)],
    touched.length === 0
      ? null
      : [words.columns.actions, touched.map((id) => <div key={id}>{link('action', id)}</div>)],
  ];
  return <Facts facts={facts.filter((fact) => fact !== null)} />;
}
