import { Group, Paper, Text, Textarea, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { actions as words } from '../../messages/en/actions.ts';
import { terms } from '../../messages/en/terms.ts';
import { Facts } from '../../parts/facts.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Panel } from '../../parts/panel.tsx';
import { seenWords } from '../../parts/rules/parameter-box.tsx';
import { useParameters } from '../../parts/rules/use-parameters.ts';
import type { StepProps } from './action-editor.tsx';

/** `isFree`: no action has the typed name. */
export function BasicDetailsStep(props: StepProps & { isFree: boolean }): ReactNode {
  const { draft, change, errors, isDisabled, isFree } = props;
  const w = words.basics;
  return (
    <Panel title={words.editor.steps.basics[0]}>
      <TextInput
        label={w.name}
        description={w.nameHint}
        value={draft.name}
        onChange={(event) => change({ name: event.currentTarget.value })}
        error={errors['name']}
        disabled={isDisabled}
        required
        maxLength={255}
      />
      <Text size="sm" c="var(--console-good)" role="status" mt={-8} mih="1.2em">
        {isFree ? w.free : ''}
      </Text>
      <Textarea
        label={terms.description}
        description={w.descriptionHint}
        value={draft.description}
        onChange={(event) => change({ description: event.currentTarget.value })}
        error={errors['description']}
        disabled={isDisabled}
        required
        autosize
        minRows={3}
        maxLength={1000}
      />
    </Panel>
  );
}

const seenAtMost = 6;

/** Where the values come from: the event itself, always. */
export function SourcesStep(): ReactNode {
  const w = words.sources;
  const parameters = useParameters();
  const seen = parameters.filter(({ share }) => share > 0).slice(0, seenAtMost);
  const known = parameters.length === 0 ? '' : ` ${w.parameters(parameters.length)}.`;
  const seenList = seen.map((one) => (
    <div key={one.name}>
      <Text span ff="monospace" size="sm">
        {one.name}
      </Text>{' '}
      <Text span c="dimmed" size="sm">
        {seenWords(one)}
      </Text>
    </div>
  ));
  return (
    <Panel title={words.editor.steps.sources[0]} text={w.text}>
      <Paper component="section" aria-label={w.event} p="md" bd="1px solid var(--console-line)">
        <Group gap="xs" mb="sm">
          <Icon name="events" size={20} />
          <Text fw={600}>{w.event}</Text>
          <Text size="sm" c="dimmed">
            <Icon name="lock" size={12} /> {w.fixed}
          </Text>
        </Group>
        <Facts
          facts={[
            [w.from, w.eventFrom],
            [w.gives, `${w.eventGives}${known}`],
            ...(seen.length === 0 ? [] : [[w.seen, seenList] as const]),
          ]}
        />
      </Paper>
    </Panel>
  );
}
