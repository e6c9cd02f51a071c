import { Box, Code, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { terms, connections as words } from '../../../messages/en.ts';
import { AutoGrid, More, Note, Panel } from '../../../parts/parts.ts';
import type { Preset, PresetDestination } from '../../../presets/preset.ts';

const w = words.preset;

/** The requirements of a preset, and the destinations that it includes. */
export function PresetPanel({ preset }: { preset: Preset }): ReactNode {
  return (
    <Box mb="md" style={{ overflowWrap: 'anywhere' }}>
      <Panel title={w.title(preset.name)} text={w.text}>
        <AutoGrid min="22rem">
          <section aria-label={w.needs}>
            <Title order={3}>{w.needs}</Title>
            <ul>
              {preset.needs.map((one) => (
                <li key={one}>{one}</li>
              ))}
            </ul>
          </section>
          <section aria-label={w.brings}>
            <Title order={3}>{w.brings}</Title>
            <Note>{w.bringsText}</Note>
            {preset.destinations.map((one) => (
              <Destination key={one.name} destination={one} />
            ))}
          </section>
        </AutoGrid>
      </Panel>
    </Box>
  );
}

function Destination({ destination }: { destination: PresetDestination }): ReactNode {
  const { name, description, method, path, template, sample } = destination;
  return (
    <More
      summary={
        <>
          <Text span fw={550} c="var(--mantine-color-text)">
            {name}
          </Text>{' '}
          {description}
        </>
      }
    >
      <Text ff="monospace" size="sm" style={{ overflowWrap: 'anywhere' }}>
        {method} {path}
      </Text>
      <LabelledCode label={terms.template} text={template} />
      <LabelledCode label={w.record} text={JSON.stringify(sample, null, 2)} />
    </More>
  );
}

/** A text such as a template, in a box of its own that scrolls. */
export function LabelledCode({ label, text }: { label: string; text: string }): ReactNode {
  return (
    <div>
      <Text size="sm" fw={550} mt="xs">
        {label}
      </Text>
      <Code block mah="22rem" tabIndex={0} style={{ overflow: 'auto' }}>
        {text}
      </Code>
    </div>
  );
}
