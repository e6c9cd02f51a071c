import { ActionIcon, Button, Group, NativeSelect, Stack, Text, TextInput, Title } from '@mantine/core';
import { type ReactNode, useEffect, useEffectEvent, useId, useRef, useState } from 'react';
import type { Parameter } from '../../../contract/documents/parameter.ts';
import type { Event } from '../../../contract/records/event.ts';
import type { TypedValue } from '../../../rules/typed-value.ts';
import { terms, actions as words } from '../../messages/en.ts';
import { bind, options } from '../../parts/form/bind.ts';
import { Icon, Note } from '../../parts/parts.ts';
import { labelOf } from '../../parts/rules/named-parameter.ts';
import { ParameterBox } from '../../parts/rules/parameter-box.tsx';
import { useParameters } from '../../parts/rules/rule-data.ts';
import { type FieldRow, newFieldRow } from './action-draft.ts';
import css from './field-mapping.module.css';
import type { TemplateReads } from './template-fields.ts';
import { useExample } from './use-example.ts';

const w = words.mapping;

type Props = {
  /** Where the mapping is in the draft: `destinations.0.mapping`. */
  path: string;
  rows: readonly FieldRow[];
  onChange: (rows: readonly FieldRow[]) => void;
  destinationName: string;
  errors: Readonly<Record<string, string>>;
  isDisabled: boolean;
  /** The attributes of the behaviors in the rules. */
  attributes: readonly string[];
  /** The event of the example; null: there is none. */
  event: Event | null;
  /** What the template of the destination reads. */
  reads: TemplateReads;
  /** The destination was just created for this action: it begins with a row for each of them. */
  isNew: boolean;
};

/** Which fields a destination gets, and where their values come from. */
export function FieldMapping(props: Props): ReactNode {
  const { path, rows, onChange, destinationName, errors, isDisabled, attributes, event, reads, isNew } = props;
  const { fields: read, takesRest } = reads;
  const parameters = useParameters();
  const example = useExample(rows, event);
  const [message, say] = useState('');
  const id = useId();
  const isAdded = useRef(false);
  const table = useRef<HTMLTableElement>(null);

  // The name of a new field gets the focus.
  useEffect(() => {
    if (isAdded.current) table.current?.querySelector<HTMLElement>('tbody tr:last-child input')?.focus();
    isAdded.current = false;
  });

  const missing = read.filter((field) => !rows.some((row) => row.field.trim() === field));
  const rowsFor = (fields: readonly string[]) =>
    fields.map((field) => {
      const row = newFieldRow(field);
      return { ...row, parameter: parameterFor(row, parameters) ?? '' };
    });

  // A destination that was just created begins with the fields that its template reads; for others they are offered.
  const prefill = useEffectEvent((fields: readonly string[]) => {
    if (rows.length > 0 || isDisabled || !isNew || fields.length === 0) return;
    onChange(rowsFor(fields));
  });
  useEffect(() => prefill(read), [read]);

  function add() {
    isAdded.current = true;
    say('');
    onChange([...rows, newFieldRow()]);
  }

  function addAll() {
    const has = new Set(rows.map(({ field }) => field.trim()));
    const more = parameters.filter(({ name, share }) => share > 0 && !has.has(name));
    onChange([...rows, ...more.map(({ name }) => newFieldRow(name, name))]);
  }

  function matchNames() {
    const found = rows.map((row): FieldRow => {
      const parameter = parameterFor(row, parameters);
      return parameter === undefined ? row : { ...row, parameter };
    });
    say(w.autoMapped(found.filter((row, index) => row !== rows[index]).length));
    onChange(found);
  }

  const button = { size: 'xs' } as const;
  return (
    <Stack component="section" gap="xs" aria-labelledby={id} className={css['mapping'] ?? ''}>
      <Title order={3} id={id}>
        {w.title}
      </Title>
      <Text c="dimmed">{takesRest ? `${w.text} ${w.takesRest}` : w.text}</Text>
      {rows.length === 0 ? (
        <Text c="dimmed" px="md" py="sm" bd="1px dashed var(--console-line)" bdrs="sm">
          {terms.unmapped}
        </Text>
      ) : (
        <table className={css['table']} ref={table} aria-label={`${w.title}: ${destinationName}`}>
          <thead>
            <tr>
              {[terms.field, w.from, terms.value, terms.type, ...(example === null ? [] : [w.result])].map((header) => (
                <th key={header} scope="col">
                  {header}
                </th>
              ))}
              <td />
            </tr>
          </thead>
          <tbody>
            {rows.map((row, index) => {
              const place = `${path}.${index}`;
              return (
                <Row
                  key={place}
                  row={row}
                  isRead={read.includes(row.field.trim())}
                  parameters={parameters}
                  attributes={attributes}
                  errorOf={(name) => errors[`${place}.${name}`] ?? errors[place]}
                  isDisabled={isDisabled}
                  hasExample={example !== null}
                  result={example?.[index]}
                  onChange={(next) => onChange(rows.with(index, { ...row, ...next }))}
                  onRemove={() => onChange(rows.toSpliced(index, 1))}
                />
              );
            })}
          </tbody>
        </table>
      )}
      {missing.length === 0 ? null : (
        <Group gap="xs">
          <Note>{w.alsoReads(missing.join(', '))}</Note>
          <Button {...button} disabled={isDisabled} onClick={() => onChange([...rows, ...rowsFor(missing)])}>
            {w.addRead}
          </Button>
        </Group>
      )}
      <Group gap="xs">
        <Button {...button} leftSection={<Icon name="plus" size={14} />} disabled={isDisabled} onClick={add}>
          {w.add}
        </Button>
        <Button {...button} disabled={isDisabled || parameters.length === 0} onClick={addAll}>
          {w.addAll}
        </Button>
        <Button
          {...button}
          disabled={isDisabled || !rows.some(({ field, parameter }) => field !== '' && parameter === '')}
          onClick={matchNames}
        >
          {w.autoMap}
        </Button>
        <Note role="status">{message}</Note>
      </Group>
    </Stack>
  );
}

/** Names that only differ in case and separators are the same for matching. */
const sameName = (name: string) => name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');

/** The parameter of a row without one: that with the name or the label of its field. undefined: none. */
function parameterFor({ field, from, parameter }: FieldRow, parameters: readonly Parameter[]): string | undefined {
  const wanted = sameName(field);
  if (from !== 'parameter' || parameter !== '' || wanted === '') return undefined;
  const seen = parameters.filter(({ share }) => share > 0);
  const byName = parameters.find(({ name }) => sameName(name) === wanted);
  return (byName ?? seen.find(({ name }) => sameName(labelOf(name)) === wanted))?.name;
}

type RowProps = Pick<Props, 'attributes' | 'isDisabled'> & {
  row: FieldRow;
  /** The template reads its field. */
  isRead: boolean;
  parameters: readonly Parameter[];
  errorOf: (name: string) => string | undefined;
  hasExample: boolean;
  /** undefined: not known yet. */
  result: TypedValue | undefined;
  onChange: (next: Partial<FieldRow>) => void;
  onRemove: () => void;
};

function Row(props: RowProps): ReactNode {
  const { row, isRead, parameters, attributes, errorOf, isDisabled, hasExample, result, onChange, onRemove } = props;
  const seenAs = row.from === 'parameter' ? parameters.find(({ name }) => name === row.parameter)?.type : undefined;
  const typed = { disabled: isDisabled, autoCapitalize: 'off', spellCheck: false };
  return (
    <tr>
      <td data-label={terms.field}>
        <TextInput
          aria-label={terms.field}
          placeholder={terms.field}
          {...bind(row.field, (field) => onChange({ field }))}
          onBlur={() => {
            const parameter = parameterFor(row, parameters);
            if (parameter !== undefined) onChange({ parameter });
          }}
          description={isRead ? w.isRead : undefined}
          inputWrapperOrder={['input', 'description', 'error']}
          error={errorOf('field')}
          {...typed}
        />
      </td>
      <td data-label={w.from}>
        <NativeSelect
          aria-label={w.from}
          {...bind(row.from, (from) => onChange({ from }))}
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
            attributes={attributes}
            error={errorOf('parameter')}
            isDisabled={isDisabled}
          />
        ) : (
          <TextInput
            aria-label={w.kinds[row.from]}
            placeholder={w.kinds[row.from]}
            description={row.from === 'expression' ? w.expressionHint : undefined}
            {...bind(row[row.from], (text) => onChange({ [row.from]: text }))}
            error={errorOf(row.from)}
            {...typed}
          />
        )}
      </td>
      <td data-label={terms.type}>
        <NativeSelect
          aria-label={terms.type}
          {...bind<FieldRow['as'] | ''>(row.from === 'expression' ? '' : row.as, (as) => as !== '' && onChange({ as }))}
          data={row.from === 'expression' ? [{ value: '', label: w.asExpression }] : options(w.types)}
          description={row.as === 'text' && isTyped(seenAs) ? w.seenAs(w.types[seenAs]) : undefined}
          disabled={isDisabled || row.from === 'expression'}
        />
      </td>
      {hasExample ? (
        <td data-label={w.result}>
          <Result of={result} />
        </td>
      ) : null}
      <td>
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

/** As high without a value: a row that grew when its field is left would move the button that is being clicked. */
function Result({ of }: { of: TypedValue | undefined }): ReactNode {
  if (of === undefined) return <Note pt={7}>–</Note>;
  if (of.ok && of.value !== undefined)
    return (
      <Text ff="monospace" size="sm" lineClamp={2} pt={7}>
        {JSON.stringify(of.value)}
      </Text>
    );
  return (
    <Text size="sm" pt={7} c={of.ok ? 'dimmed' : 'var(--console-bad)'}>
      {of.ok ? w.missing : w.wouldFail(w.misfits[of.misfit])}
    </Text>
  );
}
