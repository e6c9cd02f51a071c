import { Box, Group, Skeleton, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Issue } from '../../../contract/records/issue.ts';

import { type Names, type Stats, useApiQuery, useDeliveryState, useNames, watched } from '../../data/data.ts';
import { connections as connectionWords, formatRelative, home, issueText, parts, terms } from '../../messages/en.ts';

import { reasonInWords } from '../../parts/chart/funnel.tsx';
import { endings } from '../../parts/connection/authentication-standing.ts';
import type { Connection } from '../../parts/connection/connection.ts';
import { addressOf, Icon, type IconName, Panel, PlainLink, Problem } from '../../parts/parts.ts';
import { useMay } from '../../session/rights.ts';
import type { DocumentsHere } from './use-documents.ts';

const words = home.attention;
const issuesMax = 5;

/** The issues that Home shows. */
export const useIssues = () =>
  useApiQuery('listIssues', { query: { state: 'open,acknowledged', limit: issuesMax } }, watched);

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

type Props = { documents: DocumentsHere; stats: Stats | undefined };

/** Everything that needs a person, each with the next step. */
export function Attention({ documents, stats }: Props): ReactNode {
  const maySee = useMay('deliveries:view');
  const { data } = useIssues();
  const names = useNames();
  const failed = useDeliveryState().data?.failed ?? 0;
  const issues = data?.data ?? [];
  const items = [
    ...issues.map(ofIssue),
    ...without(documents.unwell, issues, ['tripped', 'auth_rejected']).flatMap(ofConnection),
    ...without(documents.expiring, issues, ['expiring']).flatMap(ofSecrets),
    ...ofActions(documents, names),
    ...(failed > 0 ? [ofFailed(failed)] : []),
    ...(stats?.reasons.filter(({ outcome }) => outcome === 'rejected').slice(0, 1) ?? []).map(
      ({ reason, count }): Item => ({
        key: 'rejected',
        icon: 'off',
        tone: 'warn',
        title: words.rejected(stats?.totals.rejected ?? count),
        text: words.rejectedText(reasonInWords(reason), count),
        to: '/data-collection',
        link: words.lookAtCollectors,
      }),
    ),
  ];
  const isWaiting = documents.isLoading && stats === undefined;
  if (documents.isHidden && !maySee && stats === undefined) return null;
  return (
    <Panel title={parts.status.needs_attention}>
      <Problem error={documents.error} onRetry={documents.retry} />
      {isWaiting ? <Skeleton height={60} /> : null}
      {!isWaiting && items.length === 0 && documents.error === null ? (
        <Group role="status" gap="sm" align="flex-start">
          <Box c="var(--console-good)">
            <Icon name="check" size={20} />
          </Box>
          <div>
            <b>{words.quiet}</b>
            <Text c="dimmed">{words.quietText}</Text>
          </div>
        </Group>
      ) : null}
      {items.length === 0 ? null : (
        <Stack component="ul">
          {items.map(({ key, icon, tone, title, text, to, search, link }) => (
            <Group component="li" key={key} gap={11} align="flex-start" wrap="nowrap">
              <Box c={`var(--console-${tone})`} pt={3}>
                <Icon name={icon} />
              </Box>
              <div style={{ overflowWrap: 'anywhere' }}>
                <b>{title}</b>
                <Text>{text}</Text>
                <PlainLink to={to as '/'} search={search ?? {}}>
                  {link}
                </PlainLink>
              </div>
            </Group>
          ))}
        </Stack>
      )}
    </Panel>
  );
}

/** The connections without an issue of these kinds, which says the same. */
function without(
  connections: readonly Connection[],
  issues: readonly Issue[],
  kinds: readonly Issue['kind'][],
): readonly Connection[] {
  const said = new Set(issues.filter(({ kind }) => kinds.includes(kind)).map(({ connectionId }) => connectionId));
  return connections.filter(({ id }) => !said.has(id));
}

function ofIssue(issue: Issue): Item {
  const { title, detail } = issueText(issue);
  const tone = issue.severity === 'critical' ? 'bad' : 'warn';
  return {
    key: issue.id,
    icon: 'alert',
    tone,
    title,
    text: detail,
    to: addressOf('issue', issue),
    link: words.lookAtIssue,
  };
}

function ofConnection({ id, name, health }: Connection): Item[] {
  const { state, held, reason, detail } = health;
  if (state === 'ok' && held === 0) return [];
  const why = reason && connectionWords.health.cause(reason, detail);
  const title = {
    ok: words.heldOf(name, held),
    needs_attention: words.connection(name),
    tripped: words.tripped(name),
  };
  return [
    {
      key: id,
      icon: state === 'ok' ? 'hand' : 'alert',
      tone: state === 'tripped' ? 'bad' : 'warn',
      title: title[state],
      text: [why, state !== 'ok' && held > 0 ? words.held(held) : ''].filter(Boolean).join(' '),
      to: addressOf('connection', { id }),
      link: words.lookAtConnection,
    },
  ];
}

/** Pasted tokens and certificates that a person has to replace. */
function ofSecrets({ id, name, health }: Connection): Item[] {
  return endings(health, Date.now()).map(({ kind, at }) => ({
    key: `${id} ${kind}`,
    icon: 'clock',
    tone: kind === 'expired' || kind === 'certificateExpired' ? 'bad' : 'warn',
    title: words.secret[kind](name),
    text: words.secretText(formatRelative(new Date(at), Date.now())),
    to: addressOf('connection', { id }),
    link: words.lookAtConnection,
  }));
}

/** Destinations that are not enabled, but used by an enabled action. */
function ofActions({ held }: DocumentsHere, names: Names): Item[] {
  const users = new Map<string, string[]>();
  for (const { name, destinations } of held)
    for (const { destinationId: id } of destinations)
      if (names.of(id)?.status !== 'enabled') users.set(id, [...(users.get(id) ?? []), name]);
  return [...users].flatMap(([id, actions]): Item[] => {
    const destination = names.of(id);
    if (destination?.connectionId == null) return [];
    const { name, connectionId } = destination;
    return [
      {
        key: id,
        icon: 'pause',
        tone: 'warn',
        title: words.disabled(name),
        text: words.usedBy(actions.join(', ')),
        to: addressOf('destination', { id, connectionId }),
        link: words.enable,
      },
    ];
  });
}

function ofFailed(failed: number): Item {
  return {
    key: 'failed',
    icon: 'cross',
    tone: 'bad',
    title: words.failed(failed),
    text: words.failedText,
    to: '/deliveries',
    search: { status: 'failed', unresolved: 'true' },
    link: terms.viewFailed,
  };
}
