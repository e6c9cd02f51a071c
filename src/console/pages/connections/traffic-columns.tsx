import { Group, Text, Tooltip } from '@mantine/core';
import type { ReactNode } from 'react';
import { connections as words } from '../../messages/en/connections.ts';
import { terms } from '../../messages/en/terms.ts';
import { formatDuration, formatPercent } from '../../messages/format.ts';
import { Sparkline } from '../../parts/chart/sparkline.tsx';
import { TextLink } from '../../parts/links.tsx';
import type { Column } from '../../parts/list/columns.tsx';
import type { Action, Figures, Usage } from './usage.ts';

const w = words.figures;

/** Success in the last 24 hours: a line of the delivered, and their share. */
function SuccessCell({ figures }: { figures: Figures | undefined }): ReactNode {
  const share = successOf(figures);
  if (figures === undefined || share === null) return <Nothing text={w.nothing} />;
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

type Traffic = { id: string; usage: Usage | undefined; figures: Figures | undefined };

/** The columns of use and traffic, in the lists of connections and of destinations. */
export const trafficColumns: readonly Column<Traffic>[] = [
  {
    id: 'usedBy',
    header: terms.usedBy,
    isText: true,
    cell: ({ usage, id }) => <UsersCell usage={usage} id={id} />,
  },
  {
    id: 'success',
    header: terms.success24h,
    sort: ({ figures }) => successOf(figures),
    cell: ({ figures }) => <SuccessCell figures={figures} />,
  },
  {
    id: 'p95',
    header: terms.p95,
    sort: ({ figures }) => figures?.p95Ms,
    align: 'end',
    isHiddenAtFirst: true,
    cell: ({ figures }) => <SpeedCell figures={figures} />,
  },
];

/** The share of delivered among finished deliveries; null when there are none. */
function successOf(figures: Figures | undefined): number | null {
  const ended = figures === undefined ? 0 : figures.delivered + figures.failed;
  return figures === undefined || ended === 0 ? null : figures.delivered / ended;
}

function SpeedCell({ figures }: { figures: Figures | undefined }): ReactNode {
  const p95Ms = figures?.p95Ms ?? null;
  return p95Ms === null ? <Nothing text={w.noSpeed} /> : formatDuration(p95Ms);
}

/** How many Actions use a thing; which ones on hover and focus. */
function UsersCell({ usage, id }: { usage: Usage | undefined; id: string }): ReactNode {
  if (usage?.knowsActions !== true) return <Nothing text={words.users.unknown} />;
  const actions = usage.actions.get(id) ?? [];
  const [first] = actions;
  if (first === undefined)
    return (
      <Text span c="dimmed">
        {terms.notUsed}
      </Text>
    );
  if (actions.length === 1) return <ActionLink action={first} />;
  return (
    <Tooltip label={namesOf(actions)} multiline maw="20rem">
      <Text span tabIndex={0}>
        {words.users.count(actions.length)}
      </Text>
    </Tooltip>
  );
}

/** A link to an Action by its name. */
export function ActionLink({ action }: { action: Action }): ReactNode {
  return (
    <TextLink to="/actions/$actionId" params={{ actionId: action.id }} c="inherit" underline="hover">
      {action.name}
    </TextLink>
  );
}

export const namesOf = (actions: readonly { name: string }[]): string => actions.map(({ name }) => name).join(', ');

/** A dash, with a text for screen readers. */
export function Nothing({ text }: { text: string }): ReactNode {
  return (
    <Text span c="dimmed" role="img" aria-label={text}>
      –
    </Text>
  );
}
