import type { ReactNode } from 'react';
import css from './facts.module.css';

type Props = {
  facts: readonly (readonly [name: string, value: ReactNode])[];
  /** Names and values of a machine, such as the parameters of a query. They may repeat. */
  isCode?: boolean;
  /** Long names, with figures that stand at the end of the line. */
  isFigures?: boolean;
  label?: string;
};

/** Names with their values. */
export function Facts({ facts, isCode = false, isFigures = false, label }: Props): ReactNode {
  // Names may repeat, so that a key needs the place.
  const lines = facts.map(([name, value], at) => ({ key: `${at} ${name}`, name, value }));
  return (
    <dl
      className={css['facts']}
      data-code={isCode || undefined}
      data-figures={isFigures || undefined}
      aria-label={label}
    >
      {lines.map(({ key, name, value }) => (
        <div key={key}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
