import { Code, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import css from './summary-list.module.css';

type Props = {
  rows: readonly (readonly [name: string, value: string])[];
  code: { label: string; text: string } | null;
};

/** Names and values, and a text below them. */
export function SummaryList({ rows, code }: Props): ReactNode {
  return (
    <>
      <dl className={css['list']}>
        {rows.map(([name, value]) => (
          <div key={`${name} ${value}`} className={css['row']}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {code === null ? null : (
        <div>
          <Text size="sm" fw={550} mb={4}>
            {code.label}
          </Text>
          <Code block className={css['code'] ?? ''} tabIndex={0}>
            {code.text}
          </Code>
        </div>
      )}
    </>
  );
}
