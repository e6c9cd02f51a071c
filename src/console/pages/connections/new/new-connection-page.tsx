import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { type ReactNode, useMemo } from 'react';
import { allQuery, apiQuery } from '../../../data/api.ts';
import { connections as words } from '../../../messages/en/connections.ts';
import { shell } from '../../../messages/en/shell.ts';
import { terms } from '../../../messages/en/terms.ts';
import { Problem } from '../../../parts/problem.tsx';
import { presets } from '../../../presets/presets.ts';
import { Page } from '../../../shell/page.tsx';
import { draftOf, withoutSecrets } from '../form/connection-draft.ts';
import { NewConnection } from './new-connection.tsx';
import { PresetPanel } from './preset-panel.tsx';
import { connectionOf, copyOf, destinationBodies, type Start, withoutMarks } from './start.ts';

const w = words.details;

/** New Connection: an empty form, a preset, or a copy of another connection. */
export function NewConnectionPage(): ReactNode {
  const { preset: presetId, from } = useSearch({ from: '/shell/connections/new/webhook' });
  const preset = presets.find(({ id }) => id === presetId);
  return (
    <Page
      title={preset === undefined ? w.newTitle : w.newFrom(preset.name)}
      right="connections:manage"
      crumbs={[
        { label: shell.pages.connections, to: '/connections' },
        { label: terms.newConnection, to: '/connections/new' },
      ]}
    >
      {from !== undefined ? <Copy id={from} /> : <FromPreset preset={preset} key={presetId} />}
    </Page>
  );
}

function FromPreset({ preset }: { preset: (typeof presets)[number] | undefined }): ReactNode {
  const start = useMemo(
    (): Start | null =>
      preset === undefined ? null : { draft: connectionOf(preset), destinations: destinationBodies(preset) },
    [preset],
  );
  return (
    <NewConnection start={start} draftKey={`connections/new/${preset?.id ?? ''}`}>
      {preset === undefined ? null : <PresetPanel preset={preset} />}
    </NewConnection>
  );
}

function Copy({ id }: { id: string }): ReactNode {
  const params = { id };
  const connection = useQuery(apiQuery('getConnection', { params }));
  const destinations = useQuery(allQuery('listDestinations', { params }));
  const start = useMemo((): Start | null => {
    if (connection.data === undefined || destinations.data === undefined) return null;
    const draft = withoutMarks(draftOf(connection.data));
    return {
      draft: { ...draft, ...withoutSecrets(draft), name: terms.copyOf(connection.data.name) },
      destinations: destinations.data.map((one) => copyOf(one, one.name)),
    };
  }, [connection.data, destinations.data]);
  const failed = connection.error ?? destinations.error;
  if (failed !== null) return <Problem error={failed} />;
  if (start === null) return <Skeleton height={320} />;
  return <NewConnection start={start} draftKey={`connections/new/from/${id}`} />;
}
