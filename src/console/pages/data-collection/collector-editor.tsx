import { Checkbox, Group, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { collectorFacts } from '../../data/schema-facts.ts';
import { dataCollection, formatDuration, privacy, terms } from '../../messages/en.ts';
import { type Collector, collectorKind } from '../../parts/collector/collector.ts';
import { newDocumentPage } from '../../parts/document/new-document-page.tsx';
import { useDocumentEditor } from '../../parts/document/use-document-editor.ts';
import { controlsOf } from '../../parts/form/form-controls.tsx';
import { PrivacyFields } from '../../parts/form/privacy-fields.tsx';
import { FieldGrid, Panel } from '../../parts/parts.ts';
import { bodyOf, draftOf, fields, keptOf, labels, problemsOf } from './collector-draft.ts';
import { WebhookFields } from './webhook-fields.tsx';

const words = dataCollection.details;

const allFormats = (collectorFacts['formats']?.options ?? []) as Collector['formats']; // those of the contract

export const NewCollectorPage = newDocumentPage(collectorKind, CollectorEditor);

/** Collector Details: name, who may send, how much. `stored`: null for a new one. */
export function CollectorEditor({ stored }: { stored: Collector | null }): ReactNode {
  const editor = useDocumentEditor(collectorKind, stored, { draftOf, bodyOf, problemsOf, kept: keptOf });
  const { draft, errors, isDisabled, change } = editor;
  const field = controlsOf(fields, collectorFacts, labels, editor.form);
  return editor.frame(
    <Stack maw="46rem">
      <Panel title={terms.basics}>
        {field('name')}
        {field('isEnabled')}
      </Panel>
      <Panel title={words.who}>{field('origins', { isCode: true })}</Panel>
      <Panel title={words.formats} text={words.formatsHint}>
        {isDisabled ? (
          <Text>{draft.formats.map((one) => terms.formats[one] ?? one).join(', ')}</Text>
        ) : (
          <Checkbox.Group
            aria-label={words.formats}
            value={draft.formats}
            error={errors['formats']}
            onChange={(next) => change({ formats: allFormats.filter((one) => next.includes(one)) })}
          >
            <Group>
              {allFormats.map((one) => (
                <Checkbox key={one} value={one} label={terms.formats[one] ?? one} />
              ))}
            </Group>
          </Checkbox.Group>
        )}
      </Panel>
      {draft.formats.includes('webhooks') ? <WebhookFields field={field} /> : null}
      <Panel title={privacy.fields.title} text={privacy.fields.text}>
        <PrivacyFields
          draft={draft.privacy}
          errors={errors}
          isDisabled={isDisabled}
          onChange={(next) => change({ privacy: { ...draft.privacy, ...next } })}
        />
      </Panel>
      <Panel title={words.enrichment} text={words.enrichmentText}>
        {field('device')}
        {field('campaign')}
        {field('location')}
      </Panel>
      <Panel title={words.limits}>
        <FieldGrid>
          {field('limit', { inputMode: 'numeric' })}
          {/* The usual lengths of time, and one that a script has set. */}
          {field('perMs', {
            options: { [draft.perMs]: formatDuration(Number(draft.perMs)), ...words.pers },
            description: null, // the default in milliseconds says nothing here
          })}
        </FieldGrid>
      </Panel>
    </Stack>,
  );
}
