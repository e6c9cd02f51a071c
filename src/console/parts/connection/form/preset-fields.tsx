import { PasswordInput, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { connections as words } from '../../../messages/en.ts';
import type { PresetValue } from '../../../presets/placeholders.ts';
import type { FormState } from '../../form/form-controls.tsx';
import { AutoGrid, Panel } from '../../parts.ts';
import type { ConnectionDraft } from './connection-draft.ts';

type Props = FormState<ConnectionDraft> & { values: readonly PresetValue[] };

/** What the addresses of a preset need of one's own account. */
export function PresetFields({ values, draft, errors, isDisabled, onChange }: Props): ReactNode {
  return (
    <Panel title={words.preset.values}>
      <AutoGrid min="14rem">
        {values.map(({ placeholder, label, hint, isSecret }) => {
          const Input = isSecret === true ? PasswordInput : TextInput;
          return (
            <Input
              key={placeholder}
              label={label}
              description={hint}
              required
              value={draft.values[placeholder] ?? ''}
              onChange={({ currentTarget: { value } }) =>
                onChange({ values: { ...draft.values, [placeholder]: value } })
              }
              error={errors[`values.${placeholder}`]}
              disabled={isDisabled}
              autoComplete="off"
            />
          );
        })}
      </AutoGrid>
    </Panel>
  );
}
