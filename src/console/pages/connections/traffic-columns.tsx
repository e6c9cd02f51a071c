import { Group, Text, Tooltip } from '@mantine/core';
import type { ReactNode } from 'react';
import { count, formatDuration, formatPercent, terms, connections as words } from '../../messages/en.ts';
import { Sparkline } from '../../parts/chart/sparkline.tsx';
import { type Figures, type FiguresOf, namesOf, type UsedBy, type UsedByOf } from '../../parts/connection/usage.ts';
import type { Column } from '../../parts/list/columns.tsx';
import { column } from '../../parts/list/standard-columns.tsx';
import { PlainLink } from '../../parts/parts.ts';

const w = words.figures;

/** The columns of use and traffic, in the lists of connections and of destinations. */
export const trafficColumns = (usedByOf: UsedByOf, figuresOf: FiguresOf): Column<{ id: string }>[] => [
  column('usedBy', terms.usedBy, { isText: true }, ({ id }) => <Users usedBy={usedByOf(id)} />),
  column('success', terms.success24h, { sort: ({ id }) => successOf(figuresOf(id)) }, ({ id }) => (
    <Success figures={figuresOf(id)} />
  )),
  column(
    'p95',
    terms.p95,
    { sort: ({ id }) => figuresOf(id)?.p95Ms, align: 'end', isHiddenAtFirst: true },
    ({ id }) => {
      const { p95Ms = null } = figuresOf(id) ?? {};
      return p95Ms === null ? <Dash text={w.noSpeed} /> : formatDuration(p95Ms);
    },
  ),
];

/** The share of delivered among finished deliveries; null when there are none. */
function successOf({ delivered, failed }: Pick<Figures, 'delivered' | 'failed'> = { delivered: 0, failed: 0 }) {
  return delivered + failed === 0 ? null : delivered / (delivered + failed);
}

/** Success in the last 24 hours: a line of the delivered, and their share. */
function Success({ figures }: { figures: Figures | undefined }): ReactNode {
  const share = successOf(figures);
  if (figures === undefined || share === null) return <Dash text={w.nothing} />;
  return (
    <Group gap="xs" wrap="nowrap">
      <Sparkline
        values={figures.series}
        sentence={w.sentence(figures.delivered, figures.failed)}
        tone={share < 0.5 ? 'bad' : share < 0.95 ? 'warn' : 'good'}
      />
      {formatPercent(share)}
    </Group>
  );
}

/** How many Actions use a thing; which ones on hover and focus. */
function Users({ usedBy }: { usedBy: UsedBy | undefined }): ReactNode {
  if (usedBy === undefined) return null;
  if (usedBy === null) return <Dash text={words.users.unknown} />;
  const [first] = usedBy.first;
  if (first === undefined)
    return (
      <Text span c="dimmed">
        {terms.notUsed}
      </Text>
    );
  if (usedBy.count === 1) return <ActionLink action={first} />;
  return (
    <Tooltip label={namesOf(usedBy.first, usedBy.count)} multiline maw="20rem">
      <Text span tabIndex={0}>
        {count.actions(usedBy.count)}
      </Text>
    </Tooltip>
  );
}

/** A link to an Action by its name. */
export function ActionLink({ action }: { action: { id: string; name: string } }): ReactNode {
  return (
    <PlainLink to="/actions/$actionId" params={{ actionId: action.id }} c="inherit">
      {action.name}
    </PlainLink>
  );
}

/** A dash, with a text for screen readers. */
export function Dash({ text }: { text: string }): ReactNode {
  return (
    <Text span c="dimmed" role="img" aria-label={text}>
      –
    </Text>
  );
}
