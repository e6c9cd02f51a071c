import type { ReactNode } from 'react';
import { destinationFacts as facts } from '../../data/schema-facts.ts';
import { privacy, terms, destinations as words } from '../../messages/en.ts';
import { controlsOf } from '../../parts/form/form-controls.tsx';
import { HeaderRows } from '../../parts/form/header-rows.tsx';
import { Advanced, Section } from '../../parts/form/sections.tsx';
import { FieldGrid } from '../../parts/parts.ts';
import { fields } from './destination-draft.ts';
import type { FormProps } from './destination-form.tsx';
import { OutcomeRows } from './outcome-rows.tsx';

/** Every other setting of a destination. `destinationId` is null for a new one. */
export function AdvancedSettings({ destinationId, ...form }: FormProps & { destinationId: string | null }): ReactNode {
  const field = controlsOf(fields, facts, words.fields, form);
  const { body, batch, order, rate, retry } = words;
  const { bodies } = privacy;
  return (
    <Advanced
      title={terms.advanced}
      text={words.advancedText}
      hasErrors={Object.keys(form.errors).some((path) => path.startsWith('settings.'))}
    >
      <Section {...words.headers}>
        <HeaderRows {...form} />
      </Section>
      <Section title={body.title}>
        <FieldGrid>{field('escape', { options: body.escapes })}</FieldGrid>
        {field('getBody')}
      </Section>
      <Section {...batch}>
        <FieldGrid>
          {field('batchRecords')}
          {field('batchWait')}
          {field('batchBytes')}
          {field('batchKey')}
        </FieldGrid>
      </Section>
      <Section title={order.title}>
        {field('isOrdered')}
        {form.draft.isOrdered ? (
          <FieldGrid>
            {field('orderKey')}
            {field('orderReleaseAfter')}
          </FieldGrid>
        ) : null}
      </Section>
      <Section {...rate}>
        <FieldGrid>
          {field('rateLimit')}
          {field('ratePer')}
          {field('rateConcurrency')}
        </FieldGrid>
      </Section>
      <Section title={retry.title} text={retry.text}>
        <FieldGrid>
          {field('retrySchedule')}
          {field('retryJitter')}
          {field('onTimeout', { options: retry.onTimeouts })}
        </FieldGrid>
      </Section>
      <Section title={bodies.title} text={bodies.text}>
        <FieldGrid>
          {field('keepBodies', { options: bodies.keeps })}
          {field('bodiesTime')}
        </FieldGrid>
        {field('bodiesMask')}
      </Section>
      <Section title={words.outcomes.title} text={words.outcomes.text}>
        <OutcomeRows {...form} destinationId={destinationId} />
      </Section>
    </Advanced>
  );
}
