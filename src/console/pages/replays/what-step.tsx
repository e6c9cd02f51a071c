import { NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import type { ReplayPlan } from '../../../contract/records/replay.ts';
import { useNamed } from '../../data/named.ts';
import { parts } from '../../messages/en/parts.ts';
import { replays as words } from '../../messages/en/replays.ts';
import { terms } from '../../messages/en/terms.ts';
import { options } from '../../parts/form/options.ts';
import type { ReplayDraft } from './replay-draft.ts';

const w = words.dialog;
const statuses = ['failed', 'held', 'skipped', 'cancelled', 'delivered'] as const;

type Props = {
  draft: ReplayDraft;
  onChange: (change: Partial<ReplayDraft>) => void;
  plan: ReplayPlan | undefined;
};

/** The filter of what is sent again, with how many it finds. */
export function WhatStep({ draft, onChange, plan }: Props): ReactNode {
  const { of, filter } = draft;
  const isOfEvents = of === 'events';
  const set = (name: string, value: string | undefined) =>
    onChange({ filter: { ...filter, [name]: value || undefined } });
  const text = (name: string, label: string, description?: string) => (
    <TextInput
      label={label}
      {...(description === undefined ? {} : { description })}
      value={filter[name] ?? ''}
      onChange={({ currentTarget: { value } }) => set(name, value)}
    />
  );
  const time = (name: string, label: string) => (
    <TextInput
      type="datetime-local"
      step={1}
      label={label}
      value={localOf(filter[name])}
      onChange={({ currentTarget: { value } }) => set(name, value === '' ? undefined : new Date(value).toISOString())}
    />
  );
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
      {isOfEvents ? (
        <>
          {text('name', terms.event, w.eventHint)}
          {text('visitorId', terms.visitor)}
        </>
      ) : (
        <DeliveryFilter filter={filter} set={set} />
      )}
      {time(isOfEvents ? 'receivedAfter' : 'createdAfter', w.from)}
      {time(isOfEvents ? 'receivedBefore' : 'createdBefore', w.until)}
      <Text role="status" c="dimmed">
        {plan === undefined ? terms.counting : w.count(plan.looked, plan.complete, isOfEvents)}
      </Text>
    </Stack>
  );
}

type FilterProps = {
  filter: ReplayDraft['filter'];
  set: (name: string, value: string) => void;
};

function DeliveryFilter({ filter, set }: FilterProps): ReactNode {
  const actions = useNamed('listActions');
  const connections = useNamed('listConnections');
  const destinations = useNamed('listAllDestinations');
  return (
    <>
      <NativeSelect
        label={terms.status}
        value={filter['status'] ?? ''}
        onChange={({ currentTarget: { value } }) => set('status', value)}
        data={[{ value: '', label: w.anyStatus }, ...statuses.map((value) => ({ value, label: parts.status[value] }))]}
      />
      <NativeSelect
        label={terms.action}
        value={filter['actionId'] ?? ''}
        onChange={({ currentTarget: { value } }) => set('actionId', value)}
        data={[
          { value: '', label: terms.anyAction },
          ...[...actions.values()].map(({ id, name }) => ({ value: id, label: name })),
        ]}
      />
      <NativeSelect
        label={terms.destination}
        value={filter['destinationId'] ?? ''}
        onChange={({ currentTarget: { value } }) => set('destinationId', value)}
        data={[
          { value: '', label: terms.anyDestination },
          ...[...destinations.values()].map(({ id, name, connectionId }) => ({
            value: id,
            label: terms.placeOf(connections.get(connectionId)?.name ?? connectionId, name),
          })),
        ]}
      />
    </>
  );
}

/** A time as a field for date and time takes it, where the reader is. */
function localOf(time: string | undefined): string {
  if (time === undefined) return '';
  const at = new Date(time);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}
