import { Anchor, Skeleton, Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Issue } from '../../../contract/records/issue.ts';
import { apiQuery } from '../../data/api.ts';
import { watchedMs } from '../../data/refresh.ts';
import type { Stats } from '../../data/stats.ts';
import { connections as connectionWords } from '../../messages/en/connections.ts';
import { home } from '../../messages/en/home.ts';
import { issueText } from '../../messages/en/issue-texts.ts';
import { outcomes } from '../../messages/en/outcomes.ts';
import { parts } from '../../messages/en/parts.ts';
import { terms } from '../../messages/en/terms.ts';
import { formatRelative } from '../../messages/format.ts';
import { Icon, type IconName } from '../../parts/icon.tsx';
import type { Range } from '../../parts/list/list-search.ts';
import { Panel } from '../../parts/panel.tsx';
import { Problem } from '../../parts/problem.tsx';
import { useNow } from '../../parts/time.tsx';
import { useMay } from '../../session/rights.ts';
import { endings } from '../connections/authentication-standing.ts';
import { type Connection, causeOf } from '../connections/connection.ts';
import { rangesMs } from '../deliveries/delivery-filters.ts';
import { reasonInWords } from './funnel.tsx';
import css from './home-page.module.css';
import type { DocumentsHere } from './use-documents.ts';

const words = home.attention;

type Item = {
  key: string;
  icon: IconName;
  tone: 'bad' | 'warn';
  title: string;
  text: string;
  to: string;
  search?: Record<string, string>;
  link: string;
};

const issuesMost = 5;
type Props = { documents: DocumentsHere; stats: Stats | undefined; range: Range };

/** What somebody should look at, each with the next step. Calm when there is nothing. */
export function Attention({ documents, stats, range }: Props): ReactNode {
  const mayLook = useMay('deliveries:view');
  const { data } = useQuery({
    ...apiQuery('listIssues', { query: { state: 'open,acknowledged', limit: issuesMost } }),
    refetchInterval: watchedMs,
    enabled: mayLook,
  });
  const failed = useFailed(range);
  const issues = data?.data ?? [];
  const items = [
    ...ofIssues(issues),
    ...ofConnections(documents, idsOf(issues, 'tripped', 'auth_rejected')),
    ...ofSecrets(documents, idsOf(issues, 'expiring')),
    ...ofDestinations(documents),
    ...ofNumbers(stats, range, failed),
  ];
  const isWaiting = documents.connections === undefined && documents.error === null && stats === undefined;
  return (
    <Panel title={parts.status.needs_attention}>
      {documents.error === null ? null : <Problem error={documents.error} onRetry={documents.retry} />}
      {isWaiting ? (
        <Skeleton height={60} />
      ) : items.length === 0 && documents.error === null ? (
        <div className={css['quiet']} role="status">
          <Icon name="check" size={20} />
          <div>
            <b>{words.quiet}</b>
            <Text c="dimmed">{words.quietText}</Text>
          </div>
        </div>
      ) : (
        <ul className={css['attention']}>
          {items.map(({ key, icon, tone, title, text, to, search, link }) => (
            <li key={key} data-tone={tone}>
              <Icon name={icon} size={16} />
              <div>
                <b>{title}</b>
                <Text>{text}</Text>
                {/* Addresses of other areas, with the filters that they have. */}
                <Anchor component={Link} to={to as '/'} search={(search ?? {}) as never}>
                  {link}
                </Anchor>
              </div>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

/** Failed deliveries of the range that no replay has delivered since; undefined without the right to see them. */
function useFailed(range: Range): number | undefined {
  const mayLook = useMay('deliveries:view');
  const createdAfter = new Date(useNow() - rangesMs[range]).toISOString();
  const { data } = useQuery({
    ...apiQuery('getDeliveryHistogram', {
      query: { status: 'failed', recovered: 'false', test: 'false', createdAfter, buckets: '1' },
    }),
    placeholderData: keepPreviousData,
    enabled: mayLook,
  });
  return mayLook ? (data?.totals.failed ?? 0) : undefined;
}

function ofIssues(issues: readonly Issue[]): Item[] {
  return issues.map((issue) => ({
    key: issue.id,
    icon: 'alert',
    tone: issue.severity === 'critical' ? 'bad' : 'warn',
    title: issueText(issue).title,
    text: issueText(issue).detail,
    to: `/issues/${issue.id}`,
    link: words.lookAtIssue,
  }));
}

/** Connections that issues of these kinds speak of already. */
function idsOf(issues: readonly Issue[], ...kinds: readonly Issue['kind'][]): ReadonlySet<string | null> {
  return new Set(issues.filter(({ kind }) => kinds.includes(kind)).map(({ connectionId }) => connectionId));
}

function ofConnections({ connections = [] }: DocumentsHere, told: ReadonlySet<string | null>): Item[] {
  return connections
    .filter(({ id }) => !told.has(id))
    .filter(({ health }) => health.state !== 'ok' || health.held > 0)
    .map(({ id, name, health }): Item => {
      const { state, held } = health;
      const title = {
        ok: words.heldOf(name, held),
        needs_attention: words.connection(name),
        tripped: words.tripped(name),
      };
      return {
        key: id,
        icon: state === 'ok' ? 'hand' : 'alert',
        tone: state === 'tripped' ? 'bad' : 'warn',
        title: title[state],
        text: [reasonOf(health), state !== 'ok' && held > 0 ? words.held(held) : ''].filter(Boolean).join(' '),
        to: `/connections/${id}`,
        link: words.lookAtConnection,
      };
    });
}

/** Why a connection does not deliver, in words. */
function reasonOf(health: Connection['health']): string {
  const cause = causeOf(health);
  return cause === null
    ? (health.reason ?? '')
    : connectionWords.health.cause(outcomes.reason[cause.reason].why, cause.detail);
}

/** Pasted tokens and certificates that a person has to replace. */
function ofSecrets({ connections = [] }: DocumentsHere, told: ReadonlySet<string | null>): Item[] {
  const untold = connections.filter(({ id }) => !told.has(id));
  return untold.flatMap(({ id, name, health }) =>
    endings(health, Date.now()).map(
      ({ kind, at }): Item => ({
        key: `${id} ${kind}`,
        icon: 'clock',
        tone: kind === 'expired' || kind === 'certificateExpired' ? 'bad' : 'warn',
        title: words.secret[kind](name),
        text: words.secretText(formatRelative(new Date(at), Date.now())),
        to: `/connections/${id}`,
        link: words.lookAtConnection,
      }),
    ),
  );
}

/** Destinations that are off while an enabled action counts on them. */
function ofDestinations({ destinations = [], actions = [] }: DocumentsHere): Item[] {
  return destinations
    .filter(({ status }) => status !== 'enabled')
    .flatMap(({ id, connectionId, name }): Item[] => {
      const users = actions.filter(
        (one) => one.status === 'enabled' && one.destinations.some(({ destinationId }) => destinationId === id),
      );
      if (users.length === 0) return [];
      return [
        {
          key: id,
          icon: 'pause',
          tone: 'warn',
          title: words.disabled(name),
          text: words.usedBy(users.map((one) => one.name).join(', ')),
          to: `/connections/${connectionId}/destinations/${id}`,
          link: words.enable,
        },
      ];
    });
}

function ofNumbers(stats: Stats | undefined, range: Range, failed = stats?.totals.failed ?? 0): Item[] {
  const items: Item[] = [];
  if (failed > 0)
    items.push({
      key: 'failed',
      icon: 'cross',
      tone: 'bad',
      title: words.failed(failed),
      text: words.failedText,
      to: '/deliveries',
      search: { status: 'failed', recovered: 'false', test: 'false', range },
      link: terms.viewFailed,
    });
  if (stats === undefined) return items;
  const { totals, reasons } = stats;
  const rejected = reasons.find(({ outcome }) => outcome === 'rejected');
  if (rejected !== undefined)
    items.push({
      key: 'rejected',
      icon: 'off',
      tone: 'warn',
      title: words.rejected(totals.rejected),
      text: words.rejectedText(reasonInWords(rejected.reason), rejected.count),
      to: '/data-collection',
      link: words.lookAtCollectors,
    });
  return items;
}
