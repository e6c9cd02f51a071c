import { Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { type Right, rights } from '../../../contract/accounts/rights.ts';
import { parts } from '../../messages/en.ts';
import { Icon, type IconName } from '../text/icon.tsx';
import css from './nothing.module.css';

/** Nothing to show: what would stand here, and what can be done about it. */
export function Nothing(given: { icon: IconName; title: string; text?: string; children?: ReactNode }): ReactNode {
  return (
    <div className={css['nothing']}>
      <span className={css['icon']}>
        <Icon name={given.icon} size={24} />
      </span>
      <Title order={2}>{given.title}</Title>
      {given.text === undefined ? null : (
        <Text c="dimmed" maw="34rem">
          {given.text}
        </Text>
      )}
      {given.children}
    </div>
  );
}

/** Says which right is missing, and who can grant it. */
export function NoRight({ right }: { right: Right }): ReactNode {
  return <Nothing icon="lock" title={parts.noRight(rights[right])} text={parts.noRightText} />;
}
