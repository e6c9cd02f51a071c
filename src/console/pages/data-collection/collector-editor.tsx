import { Checkbox, Group, NativeSelect, Stack, Switch, Textarea, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { dataCollection } from '../../messages/en/data-collection.ts';
import { privacy } from '../../messages/en/privacy.ts';
import { terms } from '../../messages/en/terms.ts';
import { formatDuration } from '../../messages/format.ts';
import { useDocumentEditor } from '../../parts/document/use-document-editor.ts';
import { options } from '../../parts/form/options.ts';
import { PrivacyFields } from '../../parts/form/privacy-fields.tsx';
import { Panel } from '../../parts/panel.tsx';
import { type Collector, collectorKind } from './collector.ts';
import { atFields, bodyOf, type CollectorDraft, draftOf, emptyDraft, problemsOf } from './collector-draft.ts';

const words = dataCollection.details;

/** Collector Details: name, who may send, how much. `stored`: null for a new one. */
export function CollectorEditor({ stored }: { stored: Collector | null }): ReactNode {
  const { frame, draft, errors, isDisabled, change } = useDocumentEditor(collectorKind, stored, {
    draftOf: (one) => (one === null ? emptyDraft : draftOf(one)),
    bodyOf,
    problemsOf,
    atFields,
  });
  return frame(
    <Stack maw="46rem">
      <Panel title={terms.basics}>
        <TextInput
          label={words.name}
          description={words.nameHint}
          value={draft.name}
          onChange={(event) => change({ name: event.currentTarget.value })}
          error={errors['name']}
          disabled={isDisabled}
          required
        />
        <Checkbox.Group
          label={words.formats}
          description={words.formatsHint}
          value={draft.formats}
          onChange={(formats) => change({ formats: formats as CollectorDraft['formats'] })} // the values below
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
          checked={draft.status === 'enabled'}
          onChange={(event) => change({ status: event.currentTarget.checked ? 'enabled' : 'disabled' })}
          disabled={isDisabled}
        />
      </Panel>
      <Panel title={words.who}>
        <Textarea
          label={dataCollection.columns.origins}
          description={words.originsHint}
          value={draft.origins}
          onChange={(event) => change({ origins: event.currentTarget.value })}
          error={errors['origins']}
          disabled={isDisabled}
          autosize
          minRows={2}
          maxRows={12}
          spellCheck={false}
          ff="monospace"
        />
      </Panel>
      <Panel title={privacy.fields.title} text={privacy.fields.text}>
        <PrivacyFields
          draft={draft.privacy}
          errors={errors}
          isDisabled={isDisabled}
          onChange={(next) => change({ privacy: { ...draft.privacy, ...next } })}
        />
      </Panel>
      <Panel title={words.limits}>
        <Group grow align="start">
          <TextInput
            label={words.limit}
            description={words.limitHint}
            value={draft.limit}
            onChange={(event) => change({ limit: event.currentTarget.value })}
            error={errors['limit']}
            disabled={isDisabled}
            inputMode="numeric"
          />
          <NativeSelect
            label={words.per}
            value={draft.perMs}
            onChange={(event) => change({ perMs: event.currentTarget.value })}
            disabled={isDisabled}
            // The usual lengths of time, and one that a script has set.
            data={options<string>({ [draft.perMs]: formatDuration(Number(draft.perMs)), ...words.pers })}
          />
        </Group>
      </Panel>
    </Stack>,
  );
}
