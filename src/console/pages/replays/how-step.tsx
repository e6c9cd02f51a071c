import { Checkbox, NativeSelect, Stack, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { useNamed } from '../../data/named.ts';
import { replays as words } from '../../messages/en/replays.ts';
import { terms } from '../../messages/en/terms.ts';
import { options } from '../../parts/form/options.ts';
import { isRate, type ReplayDraft } from './replay-draft.ts';

const w = words.dialog;

type Props = { draft: ReplayDraft; onChange: (change: Partial<ReplayDraft>) => void };

/** Where to, with which body, how fast, and why. */
export function HowStep({ draft, onChange }: Props): ReactNode {
  const isOfEvents = draft.of === 'events';
  return (
    <Stack gap="sm">
      <To draft={draft} onChange={onChange} />
      {isOfEvents && draft.to !== '' ? (
        <Checkbox
          label={w.ignoreRules}
          description={w.ignoreRulesHint}
          checked={draft.ignoreRules}
          onChange={({ currentTarget: { checked } }) => onChange({ ignoreRules: checked })}
        />
      ) : null}
      <NativeSelect
        label={w.only}
        value={draft.only}
        onChange={({ currentTarget: { value } }) =>
          onChange({ only: onlies.find((one) => one === value) ?? 'undelivered' })
        }
        data={options(w.onlies).filter(({ value }) => !isOfEvents || value !== 'failed')}
      />
      {isOfEvents ? null : (
        <>
          <NativeSelect
            label={terms.template}
            value={draft.to === '' ? draft.body : 'current'}
            disabled={draft.to !== ''}
            onChange={({ currentTarget: { value } }) =>
              onChange({ body: value === 'current' ? 'current' : 'original' })
            }
            data={options(w.bodies)}
          />
          <Checkbox
            label={w.key}
            description={w.keyHint}
            checked={draft.keepIdempotencyKey}
            onChange={({ currentTarget: { checked } }) => onChange({ keepIdempotencyKey: checked })}
          />
        </>
      )}
      <TextInput
        label={w.rate}
        description={w.rateHint}
        inputMode="decimal"
        value={draft.rate}
        error={isRate(draft.rate) ? null : w.badRate}
        onChange={({ currentTarget: { value } }) => onChange({ rate: value })}
      />
      <NativeSelect
        label={w.order}
        value={draft.order}
        onChange={({ currentTarget: { value } }) => onChange({ order: value === 'newest' ? 'newest' : 'oldest' })}
        data={options(w.orders)}
      />
      <TextInput
        label={terms.name}
        maxLength={255}
        value={draft.name}
        onChange={({ currentTarget: { value } }) => onChange({ name: value })}
      />
      <TextInput
        label={terms.reason}
        description={w.reasonHint}
        maxLength={1_000}
        value={draft.reason}
        onChange={({ currentTarget: { value } }) => onChange({ reason: value })}
      />
    </Stack>
  );
}

const onlies = ['failed', 'undelivered', 'all'] as const;

function To({ draft: { of, to }, onChange }: Props): ReactNode {
  const actions = useNamed('listActions');
  const connections = useNamed('listConnections');
  const destinations = useNamed('listAllDestinations');
  const data =
    of === 'events'
      ? [
          { value: '', label: w.everyAction },
          ...[...actions.values()].map(({ id, name }) => ({ value: id, label: w.throughAction(name) })),
        ]
      : [
          { value: '', label: w.same },
          ...[...destinations.values()].map(({ id, name, connectionId }) => ({
            value: id,
            label: w.otherDestination(terms.placeOf(connections.get(connectionId)?.name ?? connectionId, name)),
          })),
        ];
  return (
    <NativeSelect
      label={w.to}
      value={to}
      onChange={({ currentTarget: { value } }) => onChange({ to: value, ignoreRules: false })}
      data={data}
    />
  );
}
