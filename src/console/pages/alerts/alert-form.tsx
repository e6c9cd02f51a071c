import { Checkbox, Group, Radio, SimpleGrid, Stack, Switch, Text, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import type { QuietHours } from '../../../contract/documents/alert.ts';
import { type AlertType, alertTypes } from '../../../contract/documents/alert-words.ts';
import { useNames } from '../../data/data.ts';
import { alertFacts as facts } from '../../data/schema-facts.ts';
import { alerts, formatDuration, issues, shell, terms, alerts as words } from '../../messages/en.ts';
import { bind, bindChecked, options } from '../../parts/form/bind.ts';
import { controlsOf, errorAt, type FormState } from '../../parts/form/form-controls.tsx';
import { ReadValue } from '../../parts/form/read-value.tsx';
import { DocumentField } from '../../parts/list/document-field.tsx';
import { FieldGrid, Note, Panel } from '../../parts/parts.ts';
import { type AlertDraft, channelFields, sharedFields } from './alert-draft.ts';

type FormProps = FormState<AlertDraft>;

/** Alert Details: the channel, the issues to notify about, and the hours without notifications. */
export function AlertForm({ isNew, ...form }: FormProps & { isNew: boolean }): ReactNode {
  const { draft, onChange } = form;
  const { name, description, isEnabled } = sharedFields;
  const field = controlsOf({ name, description, isEnabled }, facts, words.fields, form);
  return (
    <Stack maw="46rem">
      {isNew ? <TypeCards value={draft.type} onChange={(type) => onChange({ type })} /> : null}
      <Panel title={terms.basics}>
        {field('name')}
        {field('description')}
        {field('isEnabled')}
      </Panel>
      <Panel title={words.types[draft.type]} text={words.typeNotes[draft.type]}>
        <ChannelFields {...form} />
      </Panel>
      <RulesFields {...form} />
      <QuietFields {...form} />
    </Stack>
  );
}

function TypeCards({ value, onChange }: { value: AlertType; onChange: (type: AlertType) => void }): ReactNode {
  return (
    <Radio.Group
      label={words.way}
      value={value}
      onChange={(next) => onChange(next as AlertType)} // one of the types
    >
      <SimpleGrid cols={{ base: 1, xs: 3 }} mt={6}>
        {alertTypes.map((type) => (
          <Radio.Card key={type} value={type} p="sm" aria-label={words.types[type]}>
            <Group gap="xs" align="start" wrap="nowrap">
              <Radio.Indicator mt={2} />
              <div>
                <Text fw={550}>{words.types[type]}</Text>
                <Note>{words.typeNotes[type]}</Note>
              </div>
            </Group>
          </Radio.Card>
        ))}
      </SimpleGrid>
    </Radio.Group>
  );
}

/** The settings of the chosen channel. */
function ChannelFields(form: FormProps): ReactNode {
  const { type, security } = form.draft;
  const slack = controlsOf(channelFields.slack, facts, words.fields, form);
  const email = controlsOf(channelFields.email, facts, words.fields, form);
  const { previousUntil: _, ...webhookFields } = channelFields.webhook;
  const webhook = controlsOf(webhookFields, facts, words.fields, form);
  if (type === 'slack') return slack('hookUrl');
  if (type === 'webhook')
    return (
      <>
        {webhook('url', { inputMode: 'url' })}
        {webhook('secret')}
        {webhook('previousSecret')}
      </>
    );
  return (
    <>
      <FieldGrid>
        {email('host')}
        {email('port', { inputMode: 'numeric', placeholder: security === 'tls' ? '465' : '587' })}
      </FieldGrid>
      {email('security', { options: words.securities })}
      {email('username')}
      {email('password')}
      {email('from', { inputMode: 'email' })}
      {email('to')}
      {email('ca', { isCode: true })}
    </>
  );
}

const quietWords = alerts.quiet;

/** The hours without notifications. */
function QuietFields({ draft: { isQuiet, quiet }, errors, isDisabled, onChange }: FormProps): ReactNode {
  const set = (part: Partial<QuietHours>) => onChange({ quiet: { ...quiet, ...part } });
  const text = (name: 'from' | 'to' | 'timeZone', type: string) =>
    isDisabled ? (
      <ReadValue label={quietWords[name]} value={quiet[name]} />
    ) : (
      <TextInput
        label={quietWords[name]}
        type={type}
        {...bind(quiet[name], (text) => set({ [name]: text }))}
        error={errors[`quietHours.${name}`]}
      />
    );
  const flag = (label: string, value: boolean, change: (value: boolean) => void) =>
    isDisabled ? <ReadValue label={label} value={value} /> : <Switch label={label} {...bindChecked(value, change)} />;
  return (
    <Panel title={quietWords.title} text={quietWords.text}>
      {flag(alerts.quiet.title, isQuiet, (isQuiet) => onChange({ isQuiet }))}
      {isQuiet ? (
        <>
          <FieldGrid>
            {text('from', 'time')}
            {text('to', 'time')}
            {text('timeZone', 'text')}
          </FieldGrid>
          <Ticks
            label={quietWords.days}
            table={alerts.days}
            isRow
            value={quiet.days}
            error={errors['quietHours.days']}
            isDisabled={isDisabled}
            onChange={(days) => set({ days })}
          />
          {flag(quietWords.exceptCritical, quiet.exceptCritical, (exceptCritical) => set({ exceptCritical }))}
        </>
      ) : null}
    </Panel>
  );
}

const ruleWords = alerts.rules;

/** The issues to notify about. */
function RulesFields(form: FormProps): ReactNode {
  const { draft, errors, isDisabled, onChange } = form;
  const names = useNames();
  const { minSeverity, remindEveryMs } = sharedFields;
  const field = controlsOf({ minSeverity, remindEveryMs }, facts, alerts.fields, form);
  const every = draft.remindEveryMs;
  return (
    <Panel title={terms.rules} text={ruleWords.text}>
      {field('minSeverity', { options: alerts.severities })}
      <Ticks
        label={ruleWords.on}
        table={alerts.changes}
        value={draft.on}
        error={errorAt(errors, 'rules.on')}
        isDisabled={isDisabled}
        onChange={(on) => onChange({ on })}
      />
      <Ticks
        label={ruleWords.kinds}
        hint={ruleWords.kindsHint}
        table={issues.kinds}
        value={draft.kinds}
        error={errorAt(errors, 'rules.kinds')}
        isDisabled={isDisabled}
        onChange={(kinds) => onChange({ kinds })}
      />
      <Ticks
        label={shell.pages.connections}
        hint={ruleWords.connectionsHint}
        table={Object.fromEntries(draft.connectionIds.map((id) => [id, names.connection(id)]))}
        value={draft.connectionIds}
        error={errorAt(errors, 'rules.connectionIds')}
        isDisabled={isDisabled}
        onChange={(connectionIds) => onChange({ connectionIds })}
      />
      {isDisabled ? null : (
        <DocumentField
          label={ruleWords.addConnection}
          placeholder={ruleWords.connectionPlaceholder}
          searched={{ kind: 'connection' }}
          value=""
          onChange={(id) => {
            if (id !== '') onChange({ connectionIds: [...new Set([...draft.connectionIds, id])] });
          }}
        />
      )}
      {field('remindEveryMs', {
        description: null, // the default is milliseconds
        options: {
          ...ruleWords.reminds,
          ...(every in ruleWords.reminds ? {} : { [every]: formatDuration(Number(every)) }),
        },
      })}
    </Panel>
  );
}

type TicksProps<Value extends string> = {
  label: string;
  hint?: string;
  table: Readonly<Record<Value, string>>;
  value: readonly Value[];
  error?: string | undefined;
  isDisabled: boolean;
  /** The labels are so short that all fit into a row. */
  isRow?: boolean;
  onChange: (value: Value[]) => void;
};

/** Several of a closed list of values to tick. */
function Ticks<Value extends string>(props: TicksProps<Value>): ReactNode {
  const { label, hint, table, value, error, isDisabled, isRow = false, onChange } = props;
  const all = options(table);
  if (isDisabled) {
    const chosen = all.filter((one) => value.includes(one.value)).map((one) => one.label);
    return <ReadValue label={label} value={chosen.join(', ') || (hint ?? '')} />;
  }
  const boxes = all.map((one) => <Checkbox key={one.value} value={one.value} label={one.label} />);
  return (
    <Checkbox.Group
      label={label}
      description={hint}
      error={error}
      value={[...value]}
      onChange={(next) => onChange(next as Value[])} // the values of the boxes
    >
      {isRow ? (
        <Group my={6}>{boxes}</Group>
      ) : (
        <SimpleGrid cols={{ base: 1, sm: 2 }} verticalSpacing="xs" my={6}>
          {boxes}
        </SimpleGrid>
      )}
    </Checkbox.Group>
  );
}
