import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { connections as words } from '../../messages/en/connections.ts';
import { Diff } from '../../parts/diff.tsx';
import { Icon } from '../../parts/icon.tsx';
import type { PlannedItem } from './file-plan.ts';
import css from './file-plan-list.module.css';

const w = words.file;

/** How far applying got: so many are done, and why the next one was refused. */
export type Progress = { done: number; failed: string | null };

/** What each thing of a file would do, with the difference, and then what became of it. */
export function FilePlan({ items, progress }: { items: readonly PlannedItem[]; progress: Progress }): ReactNode {
  return (
    <ol className={css['plan']} aria-label={w.planTitle}>
      {items.map(({ item, change, stored, body }, index) => (
        <li key={`${item.kind} ${item.connection} ${item.name}`} className={css['item']}>
          <div className={css['head']}>
            <Text span fw={550}>
              {item.connection === null ? item.name : `${item.connection} › ${item.name}`}
            </Text>
            <Text span c="dimmed" size="sm">
              {w.kinds[item.kind]}
            </Text>
            <span className={css['change']} data-change={change}>
              <Icon name={change === 'create' ? 'plus' : change === 'replace' ? 'retry' : 'check'} size={13} />
              {w.changes[change]}
            </span>
            <State index={index} progress={progress} />
          </div>
          {change === 'same' ? null : (
            <details>
              <summary>{change === 'create' ? w.show : w.showChanges}</summary>
              <Diff before={stored} after={body} />
            </details>
          )}
        </li>
      ))}
    </ol>
  );
}

function State({ index, progress }: { index: number; progress: Progress }): ReactNode {
  if (index < progress.done)
    return (
      <Text span size="sm" c="var(--console-good)" role="status">
        <Icon name="check" size={13} /> {w.done}
      </Text>
    );
  if (index === progress.done && progress.failed !== null)
    return (
      <Text span size="sm" c="var(--console-bad)" role="alert">
        <Icon name="cross" size={13} /> {progress.failed}
      </Text>
    );
  return null;
}
