import { Button, Checkbox, Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { rights } from '../../../contract/accounts/rights.ts';
import type { ReplayPlan } from '../../../contract/records/replay.ts';
import { useApi, useNames } from '../../data/data.ts';
import { issues, nouns, parts, terms, replays as words } from '../../messages/en.ts';
import { useMay } from '../../session/rights.ts';
import { client } from '../../session/session.ts';
import { bind, bindChecked, options } from '../form/bind.ts';
import { DocumentField } from '../list/document-field.tsx';
import { FilterFields } from '../list/filter-fields.tsx';
import { Dialog, Environment, Note, notifyDone, notifyFailed, Problem } from '../parts.ts';
import { type AskedPlan, askPlan } from './ask-plan.ts';
import { PlanStep } from './plan-step.tsx';
import { bodyOf, draftOf, isRate, type ReplayDraft, type ReplayFrom } from './replay-draft.ts';
import { SpanFields } from './replay-span.tsx';

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
  const names = useNames();
  const { issueId } = from;
  const run = useApi('createReplay');
  const resolve = useApi('resolveIssue');
  const change = (part: Partial<typeof draft>) => setDraft((before) => ({ ...before, ...part }));
  const chosenBody = draft.to === '' ? draft.body : 'current';
  const asks = JSON.stringify({ chosenBody, body: bodyOf(draft) });
  const [settled] = useDebouncedValue(asks, 300);
  const isAsked = step !== 'how' && isRate(draft.rate);
  const plan = useQuery({
    queryKey: ['plan of a replay', settled],
    queryFn: async ({ signal }) => {
      const asked = JSON.parse(settled) as { chosenBody: typeof chosenBody; body: ReturnType<typeof bodyOf> }; // its text
      return askPlan(asked.body, asked.chosenBody, async (body) => {
        const answer = await client().call('createReplay', { body: { ...body, plan: true }, signal });
        return answer as ReplayPlan; // what `plan` is answered with
      });
    },
    placeholderData: keepPreviousData,
    enabled: isAsked,
    gcTime: 0,
  });
  const isMade = settled === asks && !plan.isFetching;
  const found = !isMade ? undefined : plan.error === null ? plan.data : null;

  // A plan that reached its limit has not seen everything.
  const isEmpty = found?.deliveries === 0 && found.complete;

  /** What a list of replays can tell it by: how many, in which state, and where. */
  function nameOf(deliveries: number): string {
    const { destinationId, connectionId, status } = draft.filter;
    const place = destinationId ? names.place(destinationId) : connectionId ? names.connection(connectionId) : '';
    const state = draft.only === 'failed' || status === 'failed' ? parts.status.failed.toLowerCase() : '';
    if (draft.of === 'events' || draft.ids !== null || (place === '' && state === '')) return '';
    return w.titled(deliveries, state === '' ? nounOf(deliveries) : state, place);
  }

  async function start() {
    try {
      const chosen = draft.of === 'deliveries' && found ? { ...draft, body: found.body } : draft;
      const body = bodyOf({ ...chosen, name: draft.name.trim() === '' ? nameOf(found?.deliveries ?? 0) : draft.name });
      const made = isEmpty ? null : await run.mutateAsync({ body });
      // A replay that runs is shown, even if its issue could not be resolved.
      const resolving = issueId === undefined ? null : resolve.mutateAsync({ params: { id: issueId } });
      await (made === null ? resolving : resolving?.catch(notifyFailed));
      // The list that was empty may have taken this dialog away with its button: what follows needs neither.
      onClose();
      notifyDone(made === null ? issues.page.nowResolved : w.started);
      if (made !== null && 'id' in made)
        await navigate({ to: '/replays/$replayId', params: { replayId: made.id } as never });
    } catch {
      // Shown as the error of the call.
    }
  }

  return (
    <Dialog onClose={onClose} title={words.create} size="xl">
      <Stack>
        <Environment />
        <Note aria-live="polite">{w.step(at + 1, steps.length, w.steps[step])}</Note>
        {step === 'what' ? (
          <WhatStep draft={draft} onChange={change} plan={found} issueOpenedAt={from.issueOpenedAt} />
        ) : step === 'how' ? (
          <HowStep draft={draft} onChange={change} fitting={plan.data?.body} />
        ) : (
          <PlanStep draft={draft} plan={found} />
        )}
        {isAsked && plan.error !== null ? <Problem error={plan.error} onRetry={() => void plan.refetch()} /> : null}
        <Problem error={run.error ?? resolve.error} />
        <Group justify="flex-end" gap="xs">
          <Button onClick={at === 0 ? onClose : () => goTo(at - 1)}>
            {at === 0 ? parts.cancel : step === 'plan' ? w.options : terms.back}
          </Button>
          {step !== 'plan' ? (
            <Button variant="filled" disabled={!isRate(draft.rate)} onClick={() => goTo(at + 1)}>
              {terms.continue}
            </Button>
          ) : (
            <Button
              variant="filled"
              loading={run.isPending || resolve.isPending}
              disabled={!found || (isEmpty && issueId === undefined)}
              onClick={() => void start()}
            >
              {issueId === undefined ? terms.run : isEmpty ? issues.page.resolve : w.resolveAndReplay}
            </Button>
          )}
        </Group>
      </Stack>
    </Dialog>
  );
}

const nounOf = (deliveries: number) => (deliveries === 1 ? nouns.deliveries.one : nouns.deliveries.other);

const statuses = ['failed', 'held', 'skipped', 'cancelled', 'delivered'] as const;

type StepProps = { draft: ReplayDraft; onChange: (change: Partial<ReplayDraft>) => void };

/** The filter of what is sent again, with how many it finds; null: they could not be counted. */
type WhatProps = StepProps & { plan: ReplayPlan | null | undefined; issueOpenedAt: string | undefined };

function WhatStep({ draft, onChange, plan, issueOpenedAt }: WhatProps): ReactNode {
  const { of, filter } = draft;
  const isOfEvents = of === 'events';
  return (
    <Stack gap="sm">
      <NativeSelect
        label={w.of}
        {...bind(of, (value) =>
          onChange({
            of: value === 'events' ? 'events' : 'deliveries',
            filter: {},
            span: 'any',
            to: '',
            only: 'undelivered',
          }),
        )}
        data={options(w.ofs)}
      />
      <FilterFields
        filters={
          isOfEvents
            ? [
                { key: 'name', label: terms.event, hint: w.eventHint },
                { key: 'visitorId', label: terms.visitor },
              ]
            : [
                {
                  key: 'status',
                  label: terms.status,
                  options: statuses.map((value) => ({ value, label: parts.status[value] })),
                },
                { key: 'actionId', label: terms.action, searched: () => ({ kind: 'action' }) },
                { key: 'destinationId', label: terms.destination, searched: () => ({ kind: 'destination' }) },
              ]
        }
        values={filter}
        onChange={(changes) => onChange({ filter: { ...filter, ...changes } })}
      />
      <SpanFields draft={draft} issueOpenedAt={issueOpenedAt} onChange={onChange} />
      <Text role="status" c="dimmed">
        {plan === undefined ? terms.counting : plan === null ? '' : w.count(plan.looked, plan.complete, isOfEvents)}
      </Text>
    </Stack>
  );
}

/** The body that fits what the last plan found. */
type Fitting = { fitting: AskedPlan['body'] | undefined };

type Typed = { currentTarget: { value: string; checked?: boolean } };

/** Where to, with which body, how fast, and why. */
function HowStep({ draft, onChange, fitting = 'original' }: StepProps & Fitting): ReactNode {
  const { of, to } = draft;
  const isOfEvents = of === 'events';
  const set = (key: keyof ReplayDraft) => ({
    value: String(draft[key]),
    onChange: ({ currentTarget: { value } }: Typed) => onChange({ [key]: value }), // an option of this field
  });
  const mayIgnore = useMay('actions:manage');
  const check = (key: 'ignoreRules' | 'keepIdempotencyKey', label: string, description: string, isOff = false) => (
    <Checkbox
      label={label}
      description={description}
      disabled={isOff}
      {...bindChecked(draft[key], (checked) => onChange({ [key]: checked }))}
    />
  );
  return (
    <Stack gap="sm">
      <DocumentField
        label={w.to}
        placeholder={isOfEvents ? w.everyAction : w.same}
        searched={{ kind: isOfEvents ? 'action' : 'destination' }}
        value={to}
        onChange={(value) => onChange({ to: value, ignoreRules: false })}
      />
      {isOfEvents && to !== ''
        ? check(
            'ignoreRules',
            w.ignoreRules,
            mayIgnore ? w.ignoreRulesHint : parts.mayNotChange(rights['actions:manage']),
            !mayIgnore,
          )
        : null}
      <NativeSelect
        label={w.only}
        {...set('only')}
        data={options(w.onlies).filter(({ value }) => !isOfEvents || value !== 'failed')}
      />
      {isOfEvents ? null : (
        <>
          <NativeSelect
            label={terms.template}
            {...set('body')}
            value={draft.body ?? fitting}
            {...(to === '' ? {} : { value: 'current', disabled: true })}
            data={options(w.bodies)}
          />
          {check('keepIdempotencyKey', w.key, w.keyHint)}
        </>
      )}
      <TextInput
        label={w.rate}
        description={w.rateHint}
        inputMode="decimal"
        {...set('rate')}
        error={isRate(draft.rate) ? null : w.badRate}
      />
      <NativeSelect label={w.order} {...set('order')} data={options(w.orders)} />
      <TextInput label={terms.name} maxLength={255} {...set('name')} />
      <TextInput label={terms.reason} description={w.reasonHint} maxLength={1_000} {...set('reason')} />
    </Stack>
  );
}
