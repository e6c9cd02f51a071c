import type { ReactNode } from 'react';

/** How much of a work is done. */
export function Progress({ value, of, label }: { value: number; of: number; label: string }): ReactNode {
  return (
    <progress
      value={value}
      max={Math.max(of, 1)}
      aria-label={label}
      style={{ inlineSize: '100%', accentColor: 'var(--console-work)' }}
    />
  );
}
