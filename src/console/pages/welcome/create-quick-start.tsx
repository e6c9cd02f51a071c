import { Button, Group, NativeSelect, Skeleton, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useApiQuery } from '../../data/data.ts';
import { formFields, welcome } from '../../messages/en.ts';
import { options } from '../../parts/form/options.ts';
import { Note, Problem } from '../../parts/parts.ts';
import { useMay } from '../../session/rights.ts';
import { client } from '../../session/session.ts';
import { makeQuickStart } from './quick-start-objects.ts';

const words = welcome.mine;

/** Asks where events should be delivered, and creates the four objects for that. */
export function CreateQuickStart({ onMade }: { onMade: () => void }): ReactNode {
  const version = useApiQuery('version');
  const [target, setTarget] = useState<'inbox' | 'own'>('inbox');
  const [address, setAddress] = useState('');
  const [isMissing, setMissing] = useState(false);
  const rights = [useMay('collectors:manage'), useMay('connections:manage'), useMay('actions:manage')];
  const may = rights.every(Boolean);
  const create = useMutation({ mutationFn: (to: URL) => makeQuickStart(client(), to), onSuccess: onMade });
  if (version.isPending) return <Skeleton height={120} />;
  const hasInbox = version.data?.['inbox'] === true;
  const isOwn = !hasInbox || target === 'own';

  function go() {
    const to = isOwn ? addressOf(address) : new URL('/inbox/quick-start/events', location.origin);
    setMissing(to === null);
    if (to !== null) create.mutate(to);
  }

  return (
    <>
      <Text maw="46rem">{words.startText}</Text>
      {may ? null : <Text c="dimmed">{words.needs}</Text>}
      {hasInbox ? (
        <NativeSelect
          label={words.target}
          maw="24rem"
          data={options(words.targets)}
          value={target}
          onChange={({ currentTarget }) => setTarget(currentTarget.value === 'own' ? 'own' : 'inbox')}
        />
      ) : (
        <Text>{words.noInbox}</Text>
      )}
      {isOwn ? (
        <>
          <TextInput
            label={words.address}
            description={words.addressHint}
            error={isMissing ? formFields.url : null}
            maw="32rem"
            inputMode="url"
            value={address}
            onChange={({ currentTarget: { value } }) => setAddress(value)}
          />
          <Note maw="46rem">{words.private}</Note>
        </>
      ) : null}
      <Problem error={create.error} />
      <Group>
        <Button variant="filled" disabled={!may} loading={create.isPending} onClick={go}>
          {words.steps.start}
        </Button>
      </Group>
    </>
  );
}

function addressOf(text: string): URL | null {
  const url = URL.parse(text.trim());
  return url !== null && /^https?:$/.test(url.protocol) ? url : null;
}
