import { Anchor, Skeleton, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Issue } from '../../../contract/records/issue.ts';
import { apiQuery } from '../../data/api.ts';
import { useNamed } from '../../data/named.ts';
import { audit as auditWords } from '../../messages/en/audit.ts';
import { issues as words } from '../../messages/en/issues.ts';
import { formatAbsolute, formatNumber } from '../../messages/format.ts';
import { Panel } from '../../parts/panel.tsx';
import { Problem } from '../../parts/problem.tsx';
import { Sparkline } from '../../parts/sparkline.tsx';
import { StatusBadge } from '../../parts/status-badge.tsx';
import { Time } from '../../parts/time.tsx';
import { useMay } from '../../session/rights.ts';
import { Page } from '../../shell/page.tsx';
import { ThingLink } from '../audit/thing-link.tsx';
import { IssueActions } from './issue-actions.tsx';
import css from './issue-page.module.css';

const w = words.page;
const againMs = 5_000;

export function IssuePage(): ReactNode {
  const { issueId } = useParams({ from: '/shell/issues/$issueId' });
  const mayLook = useMay('deliveries:view');
  const { data, error, refetch } = useQuery({
    ...apiQuery('getIssue', { params: { id: issueId } }),
    refetchInterval: againMs,
    enabled: mayLook,
  });
  return (
    <Page
      title={words.one}
      object={data?.title}
      lead={data === undefined ? undefined : <Lead issue={data} />}
      crumbs={[{ label: words.title, to: '/issues' }]}
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
        {words.columns.lastSeen} <Time at={lastSeenAt} />
      </span>
    </span>
  );
}

function Loaded({ issue }: { issue: Issue }): ReactNode {
  const { detail, likelyFix, samples, changes } = issue;
  return (
    <div className={css['panels']}>
      <Panel title={w.cause}>
        <Text>{detail}</Text>
        <Text mt="xs">
          <b>{w.likelyFix}</b> {likelyFix}
        </Text>
        <Standing issue={issue} />
      </Panel>
      <Panel title={w.facts}>
        <Facts issue={issue} />
      </Panel>
      <Panel title={w.changes} text={changes.length === 0 ? w.noChanges : w.changesText}>
        {changes.length === 0 ? null : (
          <ul className={css['list']}>
            {changes.map(({ at, act, kind, id, name, by, pointers }) => (
              <li key={`${at} ${id} ${act}`}>
                <Time at={at} /> {auditWords.what(act, kind)} <ThingLink entry={{ act, kind, id, name }} /> {w.by(by)}
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
      {samples.length === 0 ? null : (
        <Panel title={w.samples} text={w.samplesText}>
          <ul className={css['list']}>
            {samples.map((id) => (
              <li key={id}>
                <Anchor component={Link} to="/deliveries/$deliveryId" params={{ deliveryId: id } as never}>
                  {id}
                </Anchor>
              </li>
            ))}
          </ul>
        </Panel>
      )}
    </div>
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
  const { connectionId, destinationId, actionIds, actionId, count, series, held, openedAt, firstSeenAt } = issue;
  const connections = useNamed('listConnections');
  const destinations = useNamed('listAllDestinations');
  const actions = useNamed('listActions');
  const link = (to: string, text: string) => (
    <Anchor component={Link} to={to as '/'}>
      {text}
    </Anchor>
  );
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
    [words.columns.firstSeen, <Time key="first" at={firstSeenAt} />],
    [words.columns.held, formatNumber(held)],
  ];
  if (connectionId !== null)
    facts.push([
      w.connection,
      link(`/connections/${connectionId}`, connections.get(connectionId)?.name ?? connectionId),
    ]);
  if (connectionId !== null && destinationId !== null)
    facts.push([
      w.destination,
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
