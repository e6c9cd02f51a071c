import { Button, Group, Modal, Stack } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import type { ReplayPlan } from '../../../contract/records/replay.ts';
import { useApi } from '../../data/api.ts';
import { parts, terms, replays as words } from '../../messages/en.ts';
import { Note, notifyDone, Problem } from '../../parts/parts.ts';
import { client } from '../../session/session.ts';
import { PlanStep } from './plan-step.tsx';
import { bodyOf, draftOf, isRate, type ReplayFrom } from './replay-draft.ts';
import { HowStep, WhatStep } from './replay-steps.tsx';

const w = words.dialog;

type Props = { from: ReplayFrom; onClose: () => void };

/** A new replay: what, how, and the plan. What is chosen already begins with its plan. */
export function NewReplay({ from, onClose }: Props): ReactNode {
  const [draft, setDraft] = useState(() => draftOf(from));
  const steps = from.ids === undefined ? (['what', 'how', 'plan'] as const) : (['how', 'plan'] as const);
  const isChosen = from.isSuggestion !== true && (from.ids !== undefined || from.filter !== undefined);
  const [at, goTo] = useState(isChosen ? steps.length - 1 : 0);
  const step = steps[at] ?? 'plan';
  const navigate = useNavigate();
  const run = useApi('createReplay');
  const change = (part: Partial<typeof draft>) => setDraft((before) => ({ ...before, ...part }));
  const body = bodyOf(draft);
  const [settled] = useDebouncedValue(JSON.stringify(body), 300);
  const isAsked = step !== 'how' && isRate(draft.rate);
  const plan = useQuery({
    queryKey: ['plan of a replay', settled],
    queryFn: async ({ signal }) => {
      const asked = { ...JSON.parse(settled), plan: true } as typeof body; // the text of one
      return (await client().call('createReplay', { body: asked, signal })) as ReplayPlan; // what `plan` is answered with
    },
    enabled: isAsked,
    gcTime: 0,
  });
  const isMade = settled === JSON.stringify(body) && !plan.isFetching;
  const found = !isMade ? undefined : plan.error === null ? plan.data : null;

  async function start() {
    const made = await run.mutateAsync({ body }).catch(() => null); // shown as run.error
    if (made === null) return;
    // The list that was empty may have taken this dialog away with its button: what follows needs neither.
    onClose();
    notifyDone(w.started);
    if ('id' in made) await navigate({ to: '/replays/$replayId', params: { replayId: made.id } as never });
  }

  return (
    <Modal opened onClose={onClose} title={words.create} size="xl">
      <Stack>
        <Note aria-live="polite">{w.step(at + 1, steps.length, w.steps[step])}</Note>
        {step === 'what' ? (
          <WhatStep draft={draft} onChange={change} plan={found} />
        ) : step === 'how' ? (
          <HowStep draft={draft} onChange={change} />
        ) : (
          <PlanStep draft={draft} plan={found} />
        )}
        {isAsked && plan.error !== null ? <Problem error={plan.error} onRetry={() => void plan.refetch()} /> : null}
        <Problem error={run.error} />
        <Group justify="flex-end" gap="xs">
          <Button onClick={at === 0 ? onClose : () => goTo(at - 1)}>
            {at === 0 ? parts.cancel : step === 'plan' ? w.options : terms.back}
          </Button>
          {step !== 'plan' ? (
            <Button variant="filled" disabled={!isRate(draft.rate)} onClick={() => goTo(at + 1)}>
              {terms.continue}
            </Button>
          ) : (
            <Button variant="filled" loading={run.isPending} disabled={!found?.deliveries} onClick={() => void start()}>
              {terms.run}
            </Button>
          )}
        </Group>
      </Stack>
    </Modal>
  );
}
