import { Button, type ButtonProps, Popover, Stack } from '@mantine/core';
import { type ReactNode, Suspense, useState } from 'react';
import { replays, terms, replays as words } from '../../messages/en.ts';
import { useMay } from '../../session/rights.ts';
import { lazyPart } from '../../shell/lazy-part.ts';
import { options } from '../form/bind.ts';
import { TimeField } from '../form/time-field.tsx';
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

const recoverWords = replays.recover;
const rangesMs: Record<string, number> = {
  '15m': 900_000,
  '1h': 3_600_000,
  '24h': 86_400_000,
  '7d': 604_800_000,
};

/** Plans a replay of what failed at a destination since a time; nothing without the right. */
export function RecoverButton({ destinationId }: { destinationId: string }): ReactNode {
  const mayManage = useMay('deliveries:manage');
  const [isOpen, open] = useState(false);
  const [typed, write] = useState<string>();
  const [since, begin] = useState<string | null>(null);
  if (!mayManage) return null;
  function start(at: Date) {
    open(false);
    begin(at.toISOString());
  }
  return (
    <>
      <Popover opened={isOpen} onChange={open} position="bottom-end" shadow="md" trapFocus>
        <Popover.Target>
          <Button onClick={() => open(!isOpen)}>{recoverWords.open}</Button>
        </Popover.Target>
        <Popover.Dropdown aria-label={recoverWords.title}>
          <Stack gap="xs">
            {options(recoverWords.ranges).map(({ value, label }) => (
              <Button key={value} size="xs" onClick={() => start(new Date(Date.now() - (rangesMs[value] ?? 0)))}>
                {label}
              </Button>
            ))}
            <TimeField label={recoverWords.since} value={typed} onChange={write} />
            <Button
              variant="filled"
              size="xs"
              disabled={typed === undefined}
              onClick={() => start(new Date(typed ?? ''))}
            >
              {terms.showPlan}
            </Button>
          </Stack>
        </Popover.Dropdown>
      </Popover>
      {since === null ? null : (
        <Suspense>
          <NewReplay
            from={{ of: 'deliveries', filter: { destinationId, createdAfter: since }, only: 'failed' }}
            onClose={() => begin(null)}
          />
        </Suspense>
      )}
    </>
  );
}
