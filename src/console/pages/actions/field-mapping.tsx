import { ActionIcon, Button, Group, NativeSelect, Text, TextInput, Title } from '@mantine/core';
import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import type { Parameter } from '../../../contract/documents/parameter.ts';
import type { Event } from '../../../contract/records/event.ts';
import type { TypedValue } from '../../../rules/typed-value.ts';
import { actions as words } from '../../messages/en/actions.ts';
import { terms } from '../../messages/en/terms.ts';
import { options } from '../../parts/form/options.ts';
import { Icon } from '../../parts/icon.tsx';
import { ParameterBox } from '../../parts/rules/parameter-box.tsx';
import { useParameters } from '../../parts/rules/use-parameters.ts';
import { type FieldRow, newFieldRow } from './action-draft.ts';
import css from './field-mapping.module.css';
import { useExample } from './use-example.ts';

const w = words.mapping;

type Props = {
  rows: readonly FieldRow[];
  onChange: (rows: readonly FieldRow[]) => void;
  destinationName: string;
  errors: Readonly<Record<string, string>>;
  isDisabled: boolean;
  /** The event that is looked at; null: none is. */
  event: Event | null;
};

/** Which fields a destination gets, and where their values come from. */
export function FieldMapping({ rows, onChange, destinationName, errors, isDisabled, event }: Props): ReactNode {
  const parameters = useParameters();
  const example = useExample(rows, event);
  const [message, say] = useState('');
  const id = useId();
  const added = useRef<string | null>(null);
  const table = useRef<HTMLTableElement>(null);

  // A new field is named next.
  useEffect(() => {
    if (added.current === null) return;
    table.current?.querySelector<HTMLElement>(`[data-row="${added.current}"] input`)?.focus();
    added.current = null;
  });

  function add() {
    const row = newFieldRow();
    added.current = row.key;
    say('');
    onChange([...rows, row]);
  }

  function addAll() {
    const has = new Set(rows.map(({ field }) => field.trim()));
    const more = parameters.filter(({ name, share }) => share > 0 && !has.has(name));
    onChange([...rows, ...more.map(({ name }) => newFieldRow(name, name))]);
  }

  function matchNames() {
    const byName = new Map(parameters.map(({ name }) => [sameName(name), name]));
    const found = rows.map((row): FieldRow => {
      const parameter = row.from === 'parameter' && row.parameter === '' ? byName.get(sameName(row.field)) : undefined;
      return parameter === undefined ? row : { ...row, parameter };
    });
    say(w.autoMapped(found.filter((row, index) => row !== rows[index]).length));
    onChange(found);
  }

  return (
    <section aria-labelledby={id} className={css['mapping']}>
      <Title order={3} id={id}>
        {w.title}
      </Title>
      <Text c="dimmed">{w.text}</Text>
      {rows.length === 0 ? (
        <p className={css['nothing']}>{terms.unmapped}</p>
      ) : (
        <table className={css['table']} ref={table} aria-label={`${w.title}: ${destinationName}`}>
          <thead>
            <tr>
              <th scope="col">{terms.field}</th>
              <th scope="col">{w.from}</th>
              <th scope="col">{terms.value}</th>
              <th scope="col">{terms.type}</th>
              {example === null ? null : <th scope="col">{w.result}</th>}
              <td />
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <Row
                key={row.key}
                row={row}
                parameters={parameters}
                errors={errors}
                isDisabled={isDisabled}
                example={example}
                onChange={(next) => onChange(rows.map((one) => (one.key === row.key ? { ...one, ...next } : one)))}
                onRemove={() => onChange(rows.filter(({ key }) => key !== row.key))}
              />
            ))}
          </tbody>
        </table>
      )}
      <Group gap="xs">
        <Button
          variant="default"
          size="xs"
          leftSection={<Icon name="plus" size={14} />}
          disabled={isDisabled}
          onClick={add}
        >
          {w.add}
        </Button>
        <Button variant="default" size="xs" disabled={isDisabled || parameters.length === 0} onClick={addAll}>
          {w.addAll}
        </Button>
        <Button
          variant="default"
          size="xs"
          disabled={isDisabled || !rows.some(({ field, parameter }) => field !== '' && parameter === '')}
          onClick={matchNames}
        >
          {w.autoMap}
        </Button>
        <Text size="sm" c="dimmed" role="status">
          {message}
        </Text>
      </Group>
    </section>
  );
}

/** Names that only differ in case and separators are the same for matching. */
const sameName = (name: string) => name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');

type RowProps = Pick<Props, 'errors' | 'isDisabled'> & {
  example: Readonly<Record<string, TypedValue>> | null;
  row: FieldRow;
  parameters: ReturnType<typeof useParameters>;
  onChange: (next: Partial<FieldRow>) => void;
  onRemove: () => void;
};

function Row({ row, parameters, errors, isDisabled, example, onChange, onRemove }: RowProps): ReactNode {
  const error = (name: string) => errors[`${row.key}.${name}`] ?? errors[row.key];
  const result = example?.[row.key];
  const seenAs = row.from === 'parameter' ? parameters.find(({ name }) => name === row.parameter)?.type : undefined;
  const typed = { disabled: isDisabled, autoCapitalize: 'off', spellCheck: false };
  return (
    <tr data-row={row.key}>
      <td data-label={terms.field}>
        <TextInput
          aria-label={terms.field}
          placeholder={terms.field}
          value={row.field}
          onChange={(event) => onChange({ field: event.currentTarget.value })}
          error={error('field')}
          {...typed}
        />
      </td>
      <td data-label={w.from}>
        <NativeSelect
          aria-label={w.from}
          value={row.from}
          onChange={(event) => onChange({ from: event.currentTarget.value as FieldRow['from'] })} // one of the options
          data={options(w.kinds)}
          disabled={isDisabled}
        />
      </td>
      <td data-label={terms.value}>
        {row.from === 'parameter' ? (
          <ParameterBox
            value={row.parameter}
            onChange={(parameter) =>
              onChange({
                parameter,
                ...(row.field === '' && parameters.some(({ name }) => name === parameter) ? { field: parameter } : {}),
              })
            }
            parameters={parameters}
            error={error('parameter')}
            isDisabled={isDisabled}
          />
        ) : (
          <TextInput
            aria-label={w.kinds[row.from]}
            placeholder={w.kinds[row.from]}
            description={row.from === 'expression' ? w.expressionHint : undefined}
            value={row[row.from]}
            onChange={(event) => onChange({ [row.from]: event.currentTarget.value })}
            error={error(row.from)}
            {...typed}
          />
        )}
      </td>
      <td data-label={terms.type}>
        <NativeSelect
          aria-label={terms.type}
          value={row.from === 'expression' ? '' : row.as}
          onChange={(event) => onChange({ as: event.currentTarget.value as FieldRow['as'] })} // one of the options
          data={row.from === 'expression' ? [{ value: '', label: w.asExpression }] : options(w.types)}
          description={row.as === 'text' && isTyped(seenAs) ? w.seenAs(w.types[seenAs]) : undefined}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          disabled={isDisabled || row.from === 'expression'}
        />
      </td>
      {result === undefined ? null : (
        <td data-label={w.result} className={css['result']}>
          <Result of={result} />
        </td>
      )}
      <td className={css['end']}>
        <ActionIcon aria-label={w.remove(row.field || terms.noName)} disabled={isDisabled} onClick={onRemove}>
          <Icon name="trash" />
        </ActionIcon>
      </td>
    </tr>
  );
}

/** Whether parameters of a type are better sent as that type than as text. */
const isTyped = (type: Parameter['type'] | undefined): type is 'number' | 'boolean' | 'list' =>
  type === 'number' || type === 'boolean' || type === 'list';

function Result({ of }: { of: TypedValue }): ReactNode {
  if (!of.ok)
    return (
      <Text span size="sm" c="var(--console-bad)">
        {w.wouldFail(w.misfits[of.misfit])}
      </Text>
    );
  if (of.value === undefined)
    return (
      <Text span c="dimmed" size="sm">
        {w.missing}
      </Text>
    );
  return (
    <Text span ff="monospace" size="sm" lineClamp={2}>
      {JSON.stringify(of.value)}
    </Text>
  );
}
