import { Code, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { connections as words } from '../../messages/en/connections.ts';
import { terms } from '../../messages/en/terms.ts';
import { Panel } from '../../parts/panel.tsx';
import type { Preset, PresetDestination } from '../../presets/presets.ts';
import css from './preset-panel.module.css';

const w = words.preset;

/** What a preset needs and what it brings, to be looked at before anything is saved. */
export function PresetPanel({ preset }: { preset: Preset }): ReactNode {
  return (
    <div className={css['panel']}>
      <Panel title={w.title(preset.name)} text={w.text}>
        <div className={css['columns']}>
          <section aria-label={w.needs}>
            <Title order={3}>{w.needs}</Title>
            <ul className={css['needs']}>
              {preset.needs.map((one) => (
                <li key={one}>{one}</li>
              ))}
            </ul>
          </section>
          <section aria-label={w.brings}>
            <Title order={3}>{w.brings}</Title>
            <Text c="dimmed" size="sm">
              {w.bringsText}
            </Text>
            {preset.destinations.map((one) => (
              <Destination key={one.name} destination={one} />
            ))}
          </section>
        </div>
      </Panel>
    </div>
  );
}

function Destination({ destination }: { destination: PresetDestination }): ReactNode {
  const { name, description, method, path, template, sample } = destination;
  return (
    <details className={css['destination']}>
      <summary>
        {name}
        <Text component="span" c="dimmed" size="sm">
          {' '}
          {description}
        </Text>
      </summary>
      <div className={css['inner']}>
        <Text ff="monospace" size="sm" className={css['path'] ?? ''}>
          {method} {path}
        </Text>
        <Text size="sm" fw={550}>
          {terms.template}
        </Text>
        <Code block className={css['code'] ?? ''} tabIndex={0}>
          {template}
        </Code>
        <Text size="sm" fw={550}>
          {w.record}
        </Text>
        <Code block className={css['code'] ?? ''} tabIndex={0}>
          {JSON.stringify(sample, null, 2)}
        </Code>
      </div>
    </details>
  );
}
