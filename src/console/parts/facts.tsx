import type { ReactNode } from 'react';
import css from './facts.module.css';

type Props = {
  facts: readonly (readonly [name: string, value: ReactNode])[];
  /** Names and values of a machine, such as the parameters of a query. They may repeat. */
  isCode?: boolean;
};

/** Names with their values. */
export function Facts({ facts, isCode = false }: Props): ReactNode {
  return (
    <dl className={css['facts']} data-code={isCode || undefined}>
      {facts.map(([name, value], at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: names may repeat, and the order is the facts' own
        <div key={`${at} ${name}`}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
