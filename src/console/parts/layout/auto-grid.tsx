import type { ReactNode } from 'react';

type Props = {
  /** The least width of a column, such as `24rem`. */
  min: string;
  /** Whether few children take the whole width (`auto-fit`) or leave room. */
  flow?: 'auto-fit' | 'auto-fill';
  children: ReactNode;
};

/** As many columns of the same width as there is room for. */
export function AutoGrid({ min, flow = 'auto-fit', children }: Props): ReactNode {
  const gridTemplateColumns = `repeat(${flow}, minmax(min(${min}, 100%), 1fr))`;
  return <div style={{ display: 'grid', gap: 'var(--mantine-spacing-md)', gridTemplateColumns }}>{children}</div>;
}

/** Short fields side by side; `least` is the least width of each. */
export const FieldGrid = ({ least = '14rem', children }: { least?: string; children: ReactNode }): ReactNode => (
  <AutoGrid min={least} flow="auto-fill">
    {children}
  </AutoGrid>
);
