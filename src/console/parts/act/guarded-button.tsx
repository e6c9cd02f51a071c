import { Button, type ButtonProps, Tooltip } from '@mantine/core';
import type { ReactNode } from 'react';

type Props = ButtonProps & {
  /** Why it can't be done now; null: it can. */
  blockedBy: string | null;
  onClick: () => void;
};

/** A button that stays reachable when it is grey, and says why. */
export function GuardedButton({ blockedBy, onClick, ...look }: Props): ReactNode {
  const blocked = { 'data-disabled': true, 'aria-disabled': true, 'aria-description': blockedBy ?? '' };
  return (
    <Tooltip label={blockedBy} disabled={blockedBy === null}>
      <Button {...look} {...(blockedBy === null ? { onClick } : blocked)} />
    </Tooltip>
  );
}
