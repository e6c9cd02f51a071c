import { Checkbox, NativeSelect, Switch, Text, Textarea, TextInput, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { privacy } from '../../messages/en/privacy.ts';
import { studio as words } from '../../messages/en/studio.ts';
import { terms } from '../../messages/en/terms.ts';
import { HeaderRows } from '../../parts/form/header-rows.tsx';
import { options } from '../../parts/form/options.ts';
import { patternError } from '../../parts/form/privacy-fields.tsx';
import type { DestinationDraft } from './destination-draft.ts';
import type { FormProps } from './destination-form.tsx';
import { OutcomeRows } from './outcome-rows.tsx';
import css from './studio.module.css';

type TextName = {
  [Name in keyof DestinationDraft]: string extends DestinationDraft[Name] ? Name : never;
}[keyof DestinationDraft];

/** Every other setting of a destination, closed at first. */
export function AdvancedSettings(
  props: FormProps & { stored: DestinationDraft; destinationId: string | null },
): ReactNode {
  const { draft, errors, isDisabled, onChange } = props;
  const text = (name: TextName, path: string, label: string, hint?: string) => (
    <TextInput
      label={label}
      description={hint}
      value={draft[name]}
      onChange={(event) => onChange({ [name]: event.currentTarget.value })}
      error={errors[`settings.${path}`] ?? firstBelow(errors, `settings.${path}.`)}
      disabled={isDisabled}
      autoComplete="off"
      spellCheck={false}
    />
  );
  const { body, batch, order, rate, retry } = words;
  const { bodies } = privacy;
  return (
    <details className={css['advanced']} open={hasErrors(errors) || undefined}>
      <summary>{terms.advanced}</summary>
      <Text c="dimmed">{words.advancedText}</Text>
      <Part title={words.headers.title} text={words.headers.text}>
        <HeaderRows
          headers={draft.headers}
          stored={props.stored.headers}
          errors={errors}
          isDisabled={isDisabled}
          onChange={(headers) => onChange({ headers })}
        />
      </Part>
      <Part title={terms.body}>
        <div className={css['grid']}>
          <NativeSelect
            label={body.escape}
            value={draft.escape}
            onChange={(event) => onChange({ escape: event.currentTarget.value as DestinationDraft['escape'] })} // one of the options
            disabled={isDisabled}
            data={options(body.escapes)}
          />
        </div>
        <Checkbox
          label={body.getBody}
          description={body.getBodyHint}
          checked={draft.getBody}
          onChange={(event) => onChange({ getBody: event.currentTarget.checked })}
          disabled={isDisabled}
        />
      </Part>
      <Part title={batch.title} text={batch.text}>
        <div className={css['grid']}>
          {text('batchRecords', 'batch.records', batch.records)}
          {text('batchWait', 'batch.waitMs', batch.wait, batch.waitHint)}
          {text('batchBytes', 'batch.bytes', batch.bytes)}
          {text('batchKey', 'batch.key', batch.key, batch.keyHint)}
        </div>
      </Part>
      <Part title={order.title}>
        <Switch
          label={order.on}
          description={order.onHint}
          checked={draft.isOrdered}
          onChange={(event) => onChange({ isOrdered: event.currentTarget.checked })}
          disabled={isDisabled}
        />
        {draft.isOrdered ? (
          <div className={css['grid']}>
            {text('orderKey', 'order.key', order.key)}
            {text('orderReleaseAfter', 'order.releaseAfter', order.releaseAfter, order.releaseAfterHint)}
          </div>
        ) : null}
      </Part>
      <Part title={rate.title} text={rate.text}>
        <div className={css['grid']}>
          {text('rateLimit', 'rate.limit', rate.limit)}
          {text('ratePer', 'rate.perMs', rate.per, rate.perHint)}
          {text('rateConcurrency', 'rate.concurrency', rate.concurrency)}
        </div>
      </Part>
      <Part title={retry.title} text={retry.text}>
        <div className={css['grid']}>
          {text('retrySchedule', 'retry.scheduleMs', retry.schedule, retry.scheduleHint)}
          {text('retryJitter', 'retry.jitter', retry.jitter, retry.jitterHint)}
          <NativeSelect
            label={retry.onTimeout}
            value={draft.onTimeout}
            onChange={(event) => onChange({ onTimeout: event.currentTarget.value as DestinationDraft['onTimeout'] })} // one of the options
            disabled={isDisabled}
            data={options(retry.onTimeouts)}
          />
        </div>
      </Part>
      <Part title={bodies.title} text={bodies.text}>
        <div className={css['grid']}>
          <NativeSelect
            label={bodies.keep}
            value={draft.keepBodies}
            onChange={(event) => onChange({ keepBodies: event.currentTarget.value as DestinationDraft['keepBodies'] })} // one of the options
            disabled={isDisabled}
            data={options(bodies.keeps)}
          />
          {draft.keepBodies === 'time' ? text('bodiesTime', 'bodies.keepMs', bodies.time, bodies.timeHint) : null}
        </div>
        <Textarea
          label={bodies.mask}
          description={bodies.maskHint}
          value={draft.bodiesMask}
          onChange={(event) => onChange({ bodiesMask: event.currentTarget.value })}
          error={patternError(errors, 'settings.bodies.mask')}
          disabled={isDisabled}
          autosize
          minRows={2}
          maxRows={8}
          spellCheck={false}
        />
      </Part>
      <Part title={words.outcomes.title} text={words.outcomes.text}>
        <OutcomeRows {...props} />
      </Part>
    </details>
  );
}

function Part({ title, text, children }: { title: string; text?: string; children: ReactNode }): ReactNode {
  return (
    <section className={css['part']}>
      <Title order={3}>{title}</Title>
      {text === undefined ? null : (
        <Text c="dimmed" size="sm">
          {text}
        </Text>
      )}
      {children}
    </section>
  );
}

function hasErrors(errors: FormProps['errors']): boolean {
  return Object.keys(errors).some((path) => path.startsWith('settings.'));
}

function firstBelow(errors: FormProps['errors'], path: string): string | undefined {
  const found = Object.keys(errors).find((one) => one.startsWith(path));
  return found === undefined ? undefined : errors[found];
}
