import { Skeleton } from '@mantine/core';
import { useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useAllQuery, useApiQuery } from '../../../data/data.ts';
import { connections as words } from '../../../messages/en.ts';
import { newCrumbs } from '../../../parts/connection/connection.ts';
import { ConnectionEditor } from '../../../parts/connection/form/connection-editor.tsx';
import { copyOf, startOf } from '../../../parts/connection/start.ts';
import { Problem } from '../../../parts/parts.ts';
import { presets } from '../../../presets/presets.ts';
import { Page } from '../../../shell/page.tsx';
import { PresetPanel } from './preset-panel.tsx';

const w = words.details;

/** New Connection: an empty form, a preset, or a copy of another connection. */
export function NewConnectionPage(): ReactNode {
  const { preset: presetId, from } = useSearch({ from: '/shell/connections/new/webhook' });
  const preset = presets.find(({ id }) => id === presetId);
  return (
    <Page
      title={preset === undefined ? w.newTitle : w.newFrom(preset.name)}
      right="connections:manage"
      crumbs={newCrumbs}
    >
      {preset === undefined ? null : <PresetPanel preset={preset} />}
      {from !== undefined ? (
        <Copy id={from} />
      ) : (
        <ConnectionEditor
          key={preset?.id}
          stored={null}
          {...(preset === undefined ? {} : { start: startOf(preset) })}
          draftKey={`connections/new/${preset?.id ?? ''}`}
        />
      )}
    </Page>
  );
}

function Copy({ id }: { id: string }): ReactNode {
  const params = { id };
  const connection = useApiQuery('getConnection', { params });
  const destinations = useAllQuery('listDestinations', { params });
  const failed = connection.error ?? destinations.error;
  if (failed !== null) return <Problem error={failed} />;
  if (connection.data === undefined || destinations.data === undefined) return <Skeleton height={320} />;
  const start = copyOf(connection.data, destinations.data);
  return <ConnectionEditor stored={null} start={start} draftKey={`connections/new/from/${id}`} />;
}
