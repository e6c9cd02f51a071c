import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import type { ReplayPlan } from '../../../contract/records/replay.ts';
import { useApi } from '../../data/api.ts';
import { parts } from '../../messages/en/parts.ts';
import { replays as words } from '../../messages/en/replays.ts';
import { notifyDone } from '../../parts/notify.ts';
import { Problem } from '../../parts/problem.tsx';
import { client } from '../../session/session.ts';
import { HowStep } from './how-step.tsx';
import { PlanStep } from './plan-step.tsx';
import { bodyOf, draftOf, isRate, type ReplayFrom } from './replay-draft.ts';
import { WhatStep } from './what-step.tsx';

const w = words.dialog;

type Props = { from: ReplayFrom; onClose: () => void };

/** A new replay in three steps: what, how, and the plan, which nothing leaves before. */
export function NewReplay({ from, onClose }: Props): ReactNode {
  const [draft, setDraft] = useState(() => draftOf(from));
  const [step, goTo] = useState(from.isComplete === true ? 2 : 0);
  const navigate = useNavigate();
  const run = useApi('createReplay');
  const change = (part: Partial<typeof draft>) => setDraft((before) => ({ ...before, ...part }));
  const body = bodyOf(draft);
  const [settled] = useDebouncedValue(JSON.stringify(body), 300);
  const isAsked = step !== 1 && isRate(draft.rate);
  const plan = useQuery({
    queryKey: ['plan of a replay', settled],
    queryFn: async ({ signal }) => {
      const asked = { ...JSON.parse(settled), plan: true } as typeof body; // the text of one
      return (await client().call('createReplay', { body: asked, signal })) as ReplayPlan; // what `plan` is answered with
    },
    enabled: isAsked,
    gcTime: 0,
  });
  const found = settled === JSON.stringify(body) && !plan.isFetching ? plan.data : undefined;

  async function start() {
    const made = await run.mutateAsync({ body }).catch(() => null); // shown as run.error
    if (made === null) return;
    // The list that was empty may have taken this dialog away with its button: what follows needs neither.
    onClose();
    notifyDone(w.started);
    if ('id' in made) await navigate({ to: '/replays/$replayId', params: { replayId: made.id } as never });
  }

  return (
    <Modal opened onClose={onClose} title={words.create} size="xl" closeButtonProps={{ 'aria-label': parts.close }}>
      <Stack>
        <Text c="dimmed" size="sm" aria-live="polite">
          {w.step(step + 1, w.steps[step] ?? '')}
        </Text>
        {step === 0 ? (
          <WhatStep draft={draft} onChange={change} plan={found} />
        ) : step === 1 ? (
          <HowStep draft={draft} onChange={change} />
        ) : (
          <PlanStep plan={found} />
        )}
        {isAsked && plan.error !== null ? <Problem error={plan.error} onRetry={() => void plan.refetch()} /> : null}
        {run.error === null ? null : <Problem error={run.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={step === 0 ? onClose : () => goTo(step - 1)}>
            {step === 0 ? parts.cancel : w.back}
          </Button>
          {step < 2 ? (
            <Button disabled={!isRate(draft.rate)} onClick={() => goTo(step + 1)}>
              {w.next}
            </Button>
          ) : (
            <Button
              loading={run.isPending}
              disabled={found === undefined || found.deliveries === 0}
              onClick={() => void start()}
            >
              {w.run}
            </Button>
          )}
        </Group>
      </Stack>
    </Modal>
  );
}
