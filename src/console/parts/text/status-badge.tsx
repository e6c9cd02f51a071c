import { VisuallyHidden } from '@mantine/core';
import type { ReactNode } from 'react';
import { parts } from '../../messages/en.ts';
import { Icon, type IconName } from './icon.tsx';
import css from './status-badge.module.css';

export type Status = keyof typeof parts.status;

export type Tone = 'good' | 'bad' | 'warn' | 'calm' | 'work';

/** The colour of a tone in the present theme, for `c` and `style`. */
export const toneColor = (tone: Tone) => `var(--console-${tone})`;

const looks: Record<Status, [IconName, Tone]> = {
  active: ['check', 'good'],
  enabled: ['check', 'good'],
  disabled: ['off', 'calm'],
  paused: ['pause', 'warn'],
  ok: ['check', 'good'],
  needs_attention: ['alert', 'warn'],
  tripped: ['alert', 'bad'],
  pending: ['clock', 'calm'],
  sending: ['deliveries', 'work'],
  retrying: ['retry', 'warn'],
  held: ['hand', 'warn'],
  delivered: ['check', 'good'],
  failed: ['cross', 'bad'],
  skipped: ['skip', 'calm'],
  cancelled: ['off', 'calm'],
  planned: ['clock', 'calm'],
  running: ['retry', 'work'],
  done: ['check', 'good'],
  test: ['flask', 'work'],
  open: ['alert', 'bad'],
  acknowledged: ['user', 'warn'],
  muted: ['clock', 'calm'],
  resolved: ['check', 'good'],
};

export const toneOf = (status: Status): Tone => looks[status][1];

type TonedProps = { tone: Tone; icon: IconName; title?: string; children: ReactNode };

/** Words with an icon, both in the colour of a tone. */
export function Toned({ tone, icon, title, children }: TonedProps): ReactNode {
  return (
    <span className={css['badge']} data-tone={tone} style={{ color: toneColor(tone) }} title={title}>
      <Icon name={icon} size={13} />
      {children}
    </span>
  );
}

/** A state as icon, word and colour. */
export function StatusBadge({ status, note }: { status: Status; note?: string | undefined }): ReactNode {
  const [icon, tone] = looks[status];
  return (
    <Toned icon={icon} tone={tone}>
      {parts.status[status]}
      {note === undefined ? null : <span className={css['note']}>{note}</span>}
    </Toned>
  );
}

/** How many things are in a state, as icon, number and colour; the word is there for those who can't see them. */
export function StatusCount({ status, count }: { status: Status; count: number }): ReactNode {
  const [icon, tone] = looks[status];
  const words = parts.statusCount(parts.status[status], count);
  return (
    <Toned icon={icon} tone={tone} title={words}>
      <span aria-hidden="true">{count}</span>
      <VisuallyHidden>{words}</VisuallyHidden>
    </Toned>
  );
}
