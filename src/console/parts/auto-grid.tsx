import type { ReactNode } from 'react';

/** As many columns of the same width as there is room for; `min` is the least width of one, such as `24rem`. */
export function AutoGrid({ min, children }: { min: string; children: ReactNode }): ReactNode {
  return (
    <div
      style={{
        display: 'grid',
        gridTemplateColumns: `repeat(auto-fit, minmax(min(${min}, 100%), 1fr))`,
        gap: 'var(--mantine-spacing-lg)',
      }}
    >
      {children}
    </div>
  );
}
