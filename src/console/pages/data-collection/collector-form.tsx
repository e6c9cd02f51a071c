import { Checkbox, Group, NativeSelect, Switch, Textarea, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { dataCollection } from '../../messages/en/data-collection.ts';
import { privacy } from '../../messages/en/privacy.ts';
import { terms } from '../../messages/en/terms.ts';
import { formatDuration } from '../../messages/format.ts';
import { options } from '../../parts/form/options.ts';
import { PrivacyFields } from '../../parts/form/privacy-fields.tsx';
import { Panel } from '../../parts/panel.tsx';
import type { CollectorDraft } from './collector-draft.ts';
import css from './collector-form.module.css';

const words = dataCollection.details;

type Props = {
  draft: CollectorDraft;
  /** Words about fields. */
  errors: Readonly<Record<string, string>>;
  isDisabled: boolean;
  onChange: (change: Partial<CollectorDraft>) => void;
};

/** Collector Details: name, who may send, how much. */
export function CollectorForm({ draft, errors, isDisabled, onChange }: Props): ReactNode {
  return (
    <div className={css['form']}>
      <Panel title={terms.basics}>
        <TextInput
          label={words.name}
          description={words.nameHint}
          value={draft.name}
          onChange={(event) => onChange({ name: event.currentTarget.value })}
          error={errors['name']}
          disabled={isDisabled}
          required
        />
        <Checkbox.Group
          label={words.formats}
          description={words.formatsHint}
          value={draft.formats}
          onChange={(formats) => onChange({ formats: formats as CollectorDraft['formats'] })} // the values below
          error={errors['formats']}
        >
          <Group mt={6}>
            {options(dataCollection.formats).map(({ value, label }) => (
              <Checkbox
                key={value}
                value={value}
                label={label}
                // One must be left.
                disabled={isDisabled || (draft.formats.length === 1 && draft.formats[0] === value)}
              />
            ))}
          </Group>
        </Checkbox.Group>
        <Switch
          label={words.status}
          description={words.statusHint}
          checked={draft.isEnabled}
          onChange={(event) => onChange({ isEnabled: event.currentTarget.checked })}
          disabled={isDisabled}
        />
      </Panel>
      <Panel title={words.who}>
        <Textarea
          label={dataCollection.columns.origins}
          description={words.originsHint}
          value={draft.origins}
          onChange={(event) => onChange({ origins: event.currentTarget.value })}
          error={errors['origins']}
          disabled={isDisabled}
          autosize
          minRows={2}
          maxRows={12}
          spellCheck={false}
          classNames={{ input: css['mono'] ?? '' }}
        />
      </Panel>
      <Panel title={privacy.fields.title} text={privacy.fields.text}>
        <PrivacyFields
          draft={draft.privacy}
          errors={errors}
          isDisabled={isDisabled}
          onChange={(change) => onChange({ privacy: { ...draft.privacy, ...change } })}
        />
      </Panel>
      <Panel title={words.limits}>
        <div className={css['limit']}>
          <TextInput
            label={words.limit}
            description={words.limitHint}
            value={draft.limit}
            onChange={(event) => onChange({ limit: event.currentTarget.value })}
            error={errors['limit']}
            disabled={isDisabled}
            inputMode="numeric"
          />
          <NativeSelect
            label={words.per}
            value={draft.perMs}
            onChange={(event) => onChange({ perMs: event.currentTarget.value })}
            disabled={isDisabled}
            data={spans(draft.perMs)}
          />
        </div>
      </Panel>
    </div>
  );
}

/** The usual lengths of time, and the one that is set when it is none of these. */
function spans(present: string): { value: string; label: string }[] {
  const usual = options(words.pers);
  if (usual.some(({ value }) => value === present)) return usual;
  return [...usual, { value: present as (typeof usual)[number]['value'], label: formatDuration(Number(present)) }]; // set by a script
}
