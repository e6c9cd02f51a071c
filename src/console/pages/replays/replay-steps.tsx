import { Checkbox, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import type { ReplayPlan } from '../../../contract/records/replay.ts';
import { useNames } from '../../data/named.ts';
import { parts, terms, replays as words } from '../../messages/en.ts';
import { options } from '../../parts/form/options.ts';
import { FilterFields } from '../../parts/list/filter-fields.tsx';
import { isRate, type ReplayDraft } from './replay-draft.ts';

const w = words.dialog;
const statuses = ['failed', 'held', 'skipped', 'cancelled', 'delivered'] as const;

type Props = { draft: ReplayDraft; onChange: (change: Partial<ReplayDraft>) => void };

/** The filter of what is sent again, with how many it finds; null: they could not be counted. */
export function WhatStep({ draft, onChange, plan }: Props & { plan: ReplayPlan | null | undefined }): ReactNode {
  const { of, filter } = draft;
  const names = useNames();
  const isOfEvents = of === 'events';
  const time = (key: string, label: string) => ({ key, label, isTime: true });
  return (
    <Stack gap="sm">
      <NativeSelect
        label={w.of}
        value={of}
        onChange={({ currentTarget: { value } }) =>
          onChange({ of: value === 'events' ? 'events' : 'deliveries', filter: {}, to: '', only: 'undelivered' })
        }
        data={options(w.ofs)}
      />
      <FilterFields
        filters={
          isOfEvents
            ? [
                { key: 'name', label: terms.event, hint: w.eventHint },
                { key: 'visitorId', label: terms.visitor },
                time('receivedAfter', w.from),
                time('receivedBefore', w.until),
              ]
            : [
                {
                  key: 'status',
                  label: terms.status,
                  options: statuses.map((value) => ({ value, label: parts.status[value] })),
                },
                { key: 'actionId', label: terms.action, options: names.actionOptions },
                { key: 'destinationId', label: terms.destination, options: names.destinationOptions },
                time('createdAfter', w.from),
                time('createdBefore', w.until),
              ]
        }
        values={filter}
        onChange={(changes) => onChange({ filter: { ...filter, ...changes } })}
      />
      <Text role="status" c="dimmed">
        {plan === undefined ? terms.counting : plan === null ? '' : w.count(plan.looked, plan.complete, isOfEvents)}
      </Text>
    </Stack>
  );
}

type Typed = { currentTarget: { value: string; checked?: boolean } };

/** Where to, with which body, how fast, and why. */
export function HowStep({ draft, onChange }: Props): ReactNode {
  const { of, to } = draft;
  const names = useNames();
  const isOfEvents = of === 'events';
  const only = (word: (name: string) => string, all: readonly { value: string; label: string }[]) =>
    all.map(({ value, label }) => ({ value, label: word(label) }));
  const set = (key: keyof ReplayDraft) => ({
    value: String(draft[key]),
    onChange: ({ currentTarget: { value } }: Typed) => onChange({ [key]: value }), // an option of this field
  });
  const check = (key: 'ignoreRules' | 'keepIdempotencyKey', label: string, description: string) => (
    <Checkbox
      label={label}
      description={description}
      checked={draft[key]}
      onChange={({ currentTarget: { checked } }) => onChange({ [key]: checked })}
    />
  );
  return (
    <Stack gap="sm">
      <NativeSelect
        label={w.to}
        value={to}
        onChange={({ currentTarget: { value } }) => onChange({ to: value, ignoreRules: false })}
        data={
          isOfEvents
            ? [{ value: '', label: w.everyAction }, ...only(w.throughAction, names.actionOptions)]
            : [{ value: '', label: w.same }, ...only(w.otherDestination, names.destinationOptions)]
        }
      />
      {isOfEvents && to !== '' ? check('ignoreRules', w.ignoreRules, w.ignoreRulesHint) : null}
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
