import { Switch, Text, Textarea, TextInput } from '@mantine/core';
import { type ReactNode, useId } from 'react';
import type { Alert } from '../../../contract/documents/alert.ts';
import { type AlertType, alertTypes } from '../../../contract/documents/alert-words.ts';
import { alerts } from '../../messages/en/alerts.ts';
import { Panel } from '../../parts/panel.tsx';
import type { AlertDraft } from './alert-draft.ts';
import css from './alert-form.module.css';
import { QuietFields } from './quiet-fields.tsx';
import { RulesFields } from './rules-fields.tsx';
import { WayFields } from './way-fields.tsx';

const words = alerts.details;

export type FormProps = {
  draft: AlertDraft;
  /** Words about fields. */
  errors: Readonly<Record<string, string>>;
  base: Alert | null;
  isDisabled: boolean;
  change: (part: Partial<AlertDraft>) => void;
};

/** Alert Details: by which way, who, of what, when. */
export function AlertForm(props: FormProps): ReactNode {
  const { draft, errors, base, isDisabled, change } = props;
  return (
    <div className={css['form']}>
      {base === null ? <TypeCards value={draft.type} onChange={(type) => change({ type })} /> : null}
      <Panel title={words.basics}>
        <TextInput
          label={words.name}
          value={draft.name}
          onChange={({ currentTarget }) => change({ name: currentTarget.value })}
          error={errors['name']}
          disabled={isDisabled}
          required
        />
        <Textarea
          label={words.description}
          value={draft.description}
          onChange={({ currentTarget }) => change({ description: currentTarget.value })}
          error={errors['description']}
          disabled={isDisabled}
          autosize
          minRows={1}
          maxRows={6}
        />
        <Switch
          label={words.status}
          description={words.statusHint}
          checked={draft.isEnabled}
          onChange={({ currentTarget }) => change({ isEnabled: currentTarget.checked })}
          disabled={isDisabled}
        />
      </Panel>
      <Panel title={alerts.types[draft.type]} text={alerts.typeNotes[draft.type]}>
        <WayFields {...props} />
      </Panel>
      <RulesFields {...props} />
      <QuietFields {...props} />
    </div>
  );
}

function TypeCards({ value, onChange }: { value: AlertType; onChange: (type: AlertType) => void }): ReactNode {
  const name = useId();
  return (
    <fieldset className={css['cards']}>
      <Text component="legend" fw={550} mb={6}>
        {words.way}
      </Text>
      {alertTypes.map((type) => (
        <label key={type} className={css['card']}>
          <input
            type="radio"
            name={name}
            value={type}
            checked={value === type}
            onChange={() => onChange(type)}
            aria-describedby={`${name}-${type}`}
            aria-label={alerts.types[type]}
          />
          <Text span fw={550}>
            {alerts.types[type]}
          </Text>
          <Text span size="sm" c="dimmed" className={css['note'] ?? ''} id={`${name}-${type}`}>
            {alerts.typeNotes[type]}
          </Text>
        </label>
      ))}
    </fieldset>
  );
}
