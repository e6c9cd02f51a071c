import { Button, Checkbox, Group, Text } from '@mantine/core';
import { Fragment, type ReactNode } from 'react';
import type { RouteResponse } from '../../../../client/client.ts';
import { rights } from '../../../../contract/accounts/rights.ts';
import { useApi } from '../../../data/data.ts';
import { destinationFacts as facts } from '../../../data/schema-facts.ts';
import { destinations, privacy, terms, destinations as words } from '../../../messages/en.ts';
import { bindChecked } from '../../../parts/form/bind.ts';
import { controlsOf, errorAt, type FormState } from '../../../parts/form/form-controls.tsx';
import { within } from '../../../parts/form/form-fields.ts';
import { HeaderRows } from '../../../parts/form/header-rows.tsx';
import { RowList } from '../../../parts/form/row-list.tsx';
import { Advanced, Section } from '../../../parts/form/sections.tsx';
import { FieldGrid, Note, Problem, ShortTable, TextLink, Time } from '../../../parts/parts.ts';
import { useMay } from '../../../session/rights.ts';
import { bodyOf, type DestinationDraft, emptyOutcome, fields, outcomeFields } from './destination-draft.ts';
import type { FormProps } from './destination-form.tsx';
import { emptyItems, type ItemDraft, itemFields } from './item-draft.ts';

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

const outcomeWords = destinations.outcomes;

/** Rules about responses, in order: the first that matches decides. */
function OutcomeRows({ destinationId, ...form }: FormProps & { destinationId: string | null }): ReactNode {
  const { draft, errors, isDisabled, onChange } = form;
  return (
    <>
      <RowList
        list={draft.outcomes}
        empty={emptyOutcome}
        words={{
          add: terms.addRule,
          remove: (_rule, at) => outcomeWords.remove(at + 1),
          frame: {
            title: (at) => outcomeWords.rule(at + 1),
            up: (at) => outcomeWords.up(at + 1),
            down: (at) => outcomeWords.down(at + 1),
          },
        }}
        isDisabled={isDisabled}
        onChange={(outcomes) => onChange({ outcomes })}
      >
        {(rule, at, change) => {
          const path = `settings.outcomes.${at}`;
          const state = { draft: rule, stored: rule, errors, isDisabled, onChange: change };
          const field = controlsOf(within(path, outcomeFields), facts, outcomeWords.fields, state);
          return (
            <>
              <FieldGrid>
                {field('status', { placeholder: outcomeWords.examples.status })}
                {field('headerName')}
                {field('headerContains')}
                {field('jsonPath')}
                {field('jsonEquals')}
                {field('outcome', { options: outcomeWords.outcomes, error: null })}
                {field('after', { placeholder: outcomeWords.examples.after })}
              </FieldGrid>
              {isDisabled ? null : (
                <Checkbox
                  my="xs"
                  label={outcomeWords.items.on}
                  description={outcomeWords.items.onHint}
                  {...bindChecked(rule.items !== null, (isChecked) => change({ items: isChecked ? emptyItems : null }))}
                  error={errorAt(errors, `${path}.items`) ?? errors[`${path}.outcome`]}
                />
              )}
              {rule.items === null ? null : (
                <ItemFields
                  draft={rule.items}
                  stored={rule.items}
                  errors={{}}
                  isDisabled={isDisabled}
                  onChange={(items) => change({ items: { ...(rule.items ?? emptyItems), ...items } })}
                />
              )}
            </>
          );
        }}
      </RowList>
      {destinationId === null ? null : <OutcomeCheck destinationId={destinationId} draft={draft} />}
    </>
  );
}

/** Where a response lists the results of single records of a batch. The rule then applies to these records. */
function ItemFields(form: FormState<ItemDraft>): ReactNode {
  const { fields, examples, bys } = outcomeWords.items;
  const field = controlsOf(itemFields, {}, fields, form);
  return (
    <FieldGrid>
      {field('path', { placeholder: examples.path })}
      {field('by', { options: bys })}
      {field('index', { placeholder: examples.index })}
      {field('id', { placeholder: examples.id })}
      {field('field')}
      {field('whenPath', { placeholder: examples.whenPath })}
      {field('whenIs', { placeholder: examples.whenIs })}
    </FieldGrid>
  );
}

const checkWords = destinations.outcomes.check;

type Row = RouteResponse<'checkOutcomes'>['rows'][number];

/** Compares the rules of a draft with the saved ones, on past responses of the destination. */
function OutcomeCheck({ destinationId, draft }: { destinationId: string; draft: DestinationDraft }): ReactNode {
  const check = useApi('checkOutcomes', { isRead: true });
  const maySee = useMay('payloads:view');
  const mayLook = useMay('deliveries:view');
  if (!maySee || !mayLook)
    return <Note>{checkWords.noRight(rights[maySee ? 'deliveries:view' : 'payloads:view'])}</Note>;
  const { settings } = bodyOf(draft);
  const run = () =>
    check.mutate({
      params: { id: destinationId },
      body: { draft: { settings: { outcomes: settings?.outcomes ?? [] } } },
    });
  const { data, error } = check;
  return (
    <>
      <Group gap="sm">
        <Button size="xs" loading={check.isPending} onClick={run}>
          {checkWords.run}
        </Button>
        <Note role="status">{data === undefined ? checkWords.text : checkWords.sum(data.checked, data.changed)}</Note>
      </Group>
      <Problem error={error} />
      {data === undefined || data.checked === 0 ? null : (
        <ShortTable
          label={checkWords.title}
          minWidth={420}
          maxHeight={320}
          head={[terms.response, checkWords.saved, checkWords.draft]}
          rows={data.rows.map(({ attemptId, deliveryId, status, startedAt, before, after, changed }) => ({
            key: attemptId,
            cells: [
              <Fragment key="response">
                <TextLink to="/deliveries/$deliveryId" params={{ deliveryId }}>
                  {terms.http(status)}
                </TextLink>{' '}
                <Note span>
                  <Time at={startedAt} />
                </Note>
              </Fragment>,
              meaning(before),
              <Text key="draft" span size="sm" {...(changed ? { fw: 600, c: 'var(--console-warn)' } : { c: 'dimmed' })}>
                {changed ? meaning(after) : checkWords.same}
              </Text>,
            ],
          }))}
        />
      )}
    </>
  );
}

function meaning({ outcome, rule }: Row['after']): string {
  const said = destinations.outcomes.outcomes[outcome];
  return rule === null ? said : checkWords.byRule(said, rule + 1);
}
