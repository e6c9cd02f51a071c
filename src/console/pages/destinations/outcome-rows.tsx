import { ActionIcon, Button, Group, NativeSelect, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { studio } from '../../messages/en/studio.ts';
import { terms } from '../../messages/en/terms.ts';
import { options } from '../../parts/form/options.ts';
import { nextRow } from '../../parts/form/rows.ts';
import { Icon } from '../../parts/icon.tsx';
import { emptyOutcome, type OutcomeDraft } from './destination-draft.ts';
import type { FormProps } from './destination-form.tsx';
import { ItemFields } from './item-fields.tsx';
import { OutcomeCheck } from './outcome-check.tsx';
import css from './studio.module.css';

const words = studio.outcomes;

type TextName = Exclude<keyof OutcomeDraft, 'outcome' | 'row' | 'items'>;

/** Rules that say what an answer means, in order: the first that fits decides. */
export function OutcomeRows({
  draft,
  errors,
  isDisabled,
  onChange,
  destinationId,
}: FormProps & { destinationId: string | null }): ReactNode {
  const { outcomes } = draft;
  const change = (at: number, next: Partial<OutcomeDraft>) =>
    onChange({ outcomes: outcomes.map((one, index) => (index === at ? { ...one, ...next } : one)) });
  const move = (at: number, by: 1 | -1) => onChange({ outcomes: moved(outcomes, at, at + by) });
  return (
    <>
      {outcomes.map((rule, at) => {
        const text = (name: TextName, path: string, label: string, hint?: string) => (
          <TextInput
            label={label}
            placeholder={hint}
            value={rule[name]}
            onChange={(event) => change(at, { [name]: event.currentTarget.value })}
            error={errors[`settings.outcomes.${at}.${path}`]}
            disabled={isDisabled}
            autoComplete="off"
            spellCheck={false}
          />
        );
        return (
          <fieldset key={rule.row} className={css['rule']}>
            <legend>{words.rule(at + 1)}</legend>
            <div className={css['grid']}>
              {text('status', 'when.status', terms.status, words.statusHint)}
              {text('headerName', 'when.header.name', terms.header)}
              {text('headerContains', 'when.header.contains', words.headerContains)}
              {text('jsonPath', 'when.json.path', words.jsonPath)}
              {text('jsonEquals', 'when.json.equals', words.jsonEquals)}
              <NativeSelect
                label={words.outcome}
                value={rule.outcome}
                onChange={(event) => change(at, { outcome: event.currentTarget.value as OutcomeDraft['outcome'] })} // one of the options
                disabled={isDisabled}
                data={options(words.outcomes)}
              />
              {text('after', 'afterMs', words.after, studio.rate.perHint)}
            </div>
            <ItemFields
              items={rule.items}
              error={firstBelow(errors, `settings.outcomes.${at}.items`) ?? errors[`settings.outcomes.${at}.outcome`]}
              isDisabled={isDisabled}
              onChange={(items) => change(at, { items })}
            />
            <Group justify="flex-end" gap="xs">
              <ActionIcon aria-label={words.up(at + 1)} disabled={isDisabled || at === 0} onClick={() => move(at, -1)}>
                <Icon name="up" />
              </ActionIcon>
              <ActionIcon
                aria-label={words.down(at + 1)}
                disabled={isDisabled || at === outcomes.length - 1}
                onClick={() => move(at, 1)}
              >
                <Icon name="down" />
              </ActionIcon>
              <ActionIcon
                aria-label={words.remove(at + 1)}
                disabled={isDisabled}
                onClick={() => onChange({ outcomes: outcomes.filter((_, index) => index !== at) })}
              >
                <Icon name="trash" />
              </ActionIcon>
            </Group>
          </fieldset>
        );
      })}
      <div>
        <Button
          variant="default"
          size="xs"
          leftSection={<Icon name="plus" size={14} />}
          disabled={isDisabled}
          onClick={() => onChange({ outcomes: [...outcomes, { ...emptyOutcome, row: nextRow(outcomes) }] })}
        >
          {terms.addRule}
        </Button>
      </div>
      {destinationId === null ? null : <OutcomeCheck destinationId={destinationId} draft={draft} />}
    </>
  );
}

function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const rest = list.filter((_, index) => index !== from);
  return [...rest.slice(0, to), ...list.slice(from, from + 1), ...rest.slice(to)];
}

function firstBelow(errors: FormProps['errors'], path: string): string | undefined {
  const found = Object.keys(errors).find((one) => one.startsWith(path));
  return found === undefined ? undefined : errors[found];
}
