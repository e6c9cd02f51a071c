import { Anchor, Skeleton, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { rights } from '../../../contract/accounts/rights.ts';
import type { ErrorKind } from '../../../contract/records/delivery.ts';
import type { Issue } from '../../../contract/records/issue.ts';
import { apiQuery } from '../../data/api.ts';
import { useNamed } from '../../data/named.ts';
import { liveMs } from '../../data/refresh.ts';
import { audit as auditWords } from '../../messages/en/audit.ts';
import { deliveries as deliveryWords } from '../../messages/en/deliveries.ts';
import { statusLine } from '../../messages/en/http.ts';
import { issueText } from '../../messages/en/issue-texts.ts';
import { issues as words } from '../../messages/en/issues.ts';
import { outcomes } from '../../messages/en/outcomes.ts';
import { parts } from '../../messages/en/parts.ts';
import { shell } from '../../messages/en/shell.ts';
import { terms } from '../../messages/en/terms.ts';
import { formatAbsolute, formatNumber } from '../../messages/format.ts';
import { Sparkline } from '../../parts/chart/sparkline.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Problem } from '../../parts/problem.tsx';
import { StatusBadge } from '../../parts/status-badge.tsx';
import { Time } from '../../parts/time.tsx';
import { useMay } from '../../session/rights.ts';
import { Page } from '../../shell/page.tsx';
import { ThingLink } from '../audit/thing-link.tsx';
import { FixActions } from './fix-actions.tsx';
import { Held, useUndelivered } from './held.tsx';
import { IssueActions } from './issue-actions.tsx';
import css from './issue-page.module.css';

const w = words.page;
export function IssuePage(): ReactNode {
  const { issueId } = useParams({ from: '/shell/issues/$issueId' });
  const mayLook = useMay('deliveries:view');
  const { data, error, refetch } = useQuery({
    ...apiQuery('getIssue', { params: { id: issueId } }),
    refetchInterval: liveMs,
    enabled: mayLook,
  });
  return (
    <Page
      title={words.one}
      object={data === undefined ? undefined : issueText(data).title}
      id={data?.id}
      lead={data === undefined ? undefined : <Lead issue={data} />}
      crumbs={[{ label: shell.pages.issues, to: '/issues' }]}
      right="deliveries:view"
      actions={data === undefined ? undefined : <IssueActions issue={data} />}
    >
      {data !== undefined ? (
        <Loaded issue={data} />
      ) : error !== null ? (
        <Problem error={error} onRetry={() => void refetch()} />
      ) : (
        <Skeleton height={240} />
      )}
    </Page>
  );
}

function Lead({ issue: { state, severity, kind, lastSeenAt } }: { issue: Issue }): ReactNode {
  return (
    <span className={css['lead']}>
      <StatusBadge status={state} note={state === 'resolved' ? undefined : words.severities[severity]} />
      <span>{words.kinds[kind]}</span>
      <span>
        {terms.lastSeen} <Time at={lastSeenAt} />
      </span>
    </span>
  );
}

function Loaded({ issue }: { issue: Issue }): ReactNode {
  const { samples, sample, changes } = issue;
  const { detail, fix } = issueText(issue);
  return (
    <div className={css['panels']}>
      <Panel title={w.cause}>
        <Text>{detail}</Text>
        <Text mt="xs">
          <b>{w.likelyFix}</b> {fix}
        </Text>
        <FixActions issue={issue} />
        <Standing issue={issue} />
      </Panel>
      {sample == null ? null : <Sample sample={sample} />}
      <Panel title={terms.details}>
        <Facts issue={issue} />
      </Panel>
      <Panel title={w.changes} text={changes.length === 0 ? w.noChanges : w.changesText}>
        {changes.length === 0 ? null : (
          <ul className={css['list']}>
            {changes.map(({ at, act, kind, id, name, by, pointers }) => (
              <li key={`${at} ${id} ${act}`}>
                {auditWords.whoDid(by, act, kind)} <ThingLink entry={{ act, kind, id, name }} /> · <Time at={at} />
                {pointers.some((one) => one !== '') ? (
                  <Text c="dimmed" size="sm">
                    {w.places(pointers.map((one) => one.slice(1).replaceAll('/', '.')))}
                  </Text>
                ) : null}
              </li>
            ))}
          </ul>
        )}
      </Panel>
      {samples.length < 2 ? null : <Samples ids={samples} />}
    </div>
  );
}

/** The newest affected delivery and its response. */
function Sample({ sample }: { sample: NonNullable<Issue['sample']> }): ReactNode {
  const maySee = useMay('payloads:view');
  const { deliveryId, at, status, errorKind, response } = sample;
  return (
    <Panel title={w.sample}>
      <Text>
        <Anchor component={Link} to="/deliveries/$deliveryId" params={{ deliveryId } as never} underline="always">
          {resultOf(status, errorKind)}
        </Anchor>{' '}
        <Time at={at} />
      </Text>
      {response !== null && response !== '' ? (
        <pre className={css['response']}>{response}</pre>
      ) : status === null ? null : (
        <Text c="dimmed">{maySee ? w.noText : w.hidden(rights['payloads:view'])}</Text>
      )}
    </Panel>
  );
}

function resultOf(status: number | null, errorKind: ErrorKind | null): string {
  if (status !== null) return statusLine(status);
  return errorKind === null ? deliveryWords.one : outcomes.errorKind[errorKind].short;
}

function Samples({ ids }: { ids: readonly string[] }): ReactNode {
  const { data } = useQuery(apiQuery('getLastAttempts', { query: { ids: ids.join() } }));
  return (
    <Panel title={w.samples} text={w.samplesText}>
      <ul className={css['list']}>
        {data?.data.map(({ deliveryId, last }) => (
          <li key={deliveryId}>
            <Anchor component={Link} to="/deliveries/$deliveryId" params={{ deliveryId } as never}>
              {resultOf(last?.status ?? null, last?.errorKind ?? null)}
            </Anchor>{' '}
            {last === null ? null : <Time at={last.startedAt} />}
          </li>
        ))}
      </ul>
    </Panel>
  );
}

/** Who did what with it, and why it is over. */
function Standing({ issue }: { issue: Issue }): ReactNode {
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
    <Text key={line} mt="xs" c="dimmed">
      {line}
    </Text>
  ));
}

function Facts({ issue }: { issue: Issue }): ReactNode {
  const { connectionId, destinationId, actionIds, actionId, count, series, openedAt, firstSeenAt } = issue;
  const connections = useNamed('listConnections');
  const destinations = useNamed('listAllDestinations');
  const actions = useNamed('listActions');
  const link = (to: string, text: string) => (
    <Anchor component={Link} to={to as '/'}>
      {text}
    </Anchor>
  );
  const undelivered = useUndelivered(issue);
  const touched = actionIds.length > 0 || actionId === null ? actionIds : [actionId];
  const facts: [string, ReactNode][] = [
    [
      words.columns.count,
      <span key="count">
        {formatNumber(count)}{' '}
        <Sparkline values={series} tone="bad" sentence={words.seriesSentence(series.reduce((a, b) => a + b, 0))} />
      </span>,
    ],
    [w.opened, <Time key="opened" at={openedAt} />],
    [terms.firstSeen, <Time key="first" at={firstSeenAt} />],
    [parts.status.held, <Held key="held" issue={issue} />],
  ];
  if (undelivered !== null) facts.push([w.undelivered, formatNumber(undelivered)]);
  if (connectionId !== null)
    facts.push([
      terms.connection,
      link(`/connections/${connectionId}`, connections.get(connectionId)?.name ?? connectionId),
    ]);
  if (connectionId !== null && destinationId !== null)
    facts.push([
      terms.destination,
      link(
        `/connections/${connectionId}/destinations/${destinationId}`,
        destinations.get(destinationId)?.name ?? destinationId,
      ),
    ]);
  if (touched.length > 0)
    facts.push([
      words.columns.actions,
      <ul key="actions" className={css['plain']}>
        {touched.map((id) => (
          <li key={id}>{link(`/actions/${id}`, actions.get(id)?.name ?? id)}</li>
        ))}
      </ul>,
    ]);
  return (
    <dl className={css['facts']}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
