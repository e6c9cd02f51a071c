import { Button, type ButtonProps } from '@mantine/core';
import { type ReactNode, Suspense, useState } from 'react';
import { replays as words } from '../../messages/en.ts';
import { useMay } from '../../session/rights.ts';
import { lazyPart } from '../../shell/lazy-part.ts';
import type { ReplayFrom } from './replay-draft.ts';

const NewReplay = lazyPart(() => import('./new-replay.tsx'), 'NewReplay');

type Props = {
  /** What the replay begins with, asked for when the button is pressed. */
  from: () => ReplayFrom;
  label?: string;
  onDone?: () => void;
  /** Whether the dialog is open from the start. */
  isOpen?: boolean;
} & Pick<ButtonProps, 'size' | 'variant' | 'leftSection'>;

/** Opens the dialog of a new replay; nothing without the right. */
export function ReplayButton({ from, label = words.open, onDone, isOpen, ...look }: Props): ReactNode {
  const mayManage = useMay('deliveries:manage');
  const [begun, begin] = useState(() => (isOpen === true ? from() : null));
  if (!mayManage) return null;
  return (
    <>
      <Button {...look} onClick={() => begin(from())}>
        {label}
      </Button>
      {begun === null ? null : (
        <Suspense>
          <NewReplay
            from={begun}
            onClose={() => {
              begin(null);
              onDone?.();
            }}
          />
        </Suspense>
      )}
    </>
  );
}
