import { Text, Textarea, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { actions as words } from '../../messages/en/actions.ts';
import { terms } from '../../messages/en/terms.ts';
import { Panel } from '../../parts/panel.tsx';
import type { StepProps } from './action-editor.tsx';

const w = words.basics;

type Props = StepProps & { nameState: 'free' | 'taken' | null };

export function BasicDetailsStep({ draft, change, errors, isDisabled, nameState }: Props): ReactNode {
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
        {nameState === 'free' ? w.free : ''}
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
