import { ActionIcon, Button, Checkbox, Group, NativeSelect, Stack, Text, VisuallyHidden } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Condition } from '../../../contract/documents/condition.ts';
import { conditionLimits, orderOperators, presenceOperators } from '../../../contract/documents/operators.ts';
import { conditions, parts, terms } from '../../messages/en.ts';
import { bind, bindChecked, options } from '../form/bind.ts';
import { Icon, Note } from '../parts.ts';
import { BehaviorField, ComparisonFields, isOneOf } from './clause-fields.tsx';
import {
  type Group as ConditionGroup,
  clausesOf,
  innerPointer,
  isComplete,
  isGroup,
  joinOf,
  negatedIf,
  newComparison,
  newGroup,
  placedClauses,
  split,
} from './condition-parts.ts';
import { conditionWords } from './condition-words.ts';
import { useParameters } from './rule-data.ts';
import { useRuleNames } from './rule-names.ts';
import css from './rules.module.css';

const w = conditions.builder;

/** The result of a part for recent events, and for the event that is being tried. */
export type Standing = {
  passed?: { count: number; checked: number } | undefined;
  tried?: { holds: boolean; found?: string } | undefined;
};

type PartProps = {
  condition: Condition;
  /** The JSON pointer of the part. */
  pointer: string;
  /** null removes the part. */
  onChange: (next: Condition | null) => void;
  /** A behavior can't be built on itself. */
  ownBehaviorId?: string | undefined;
  /** By the JSON pointer of a part. */
  standingOf: (pointer: string) => Standing;
  /** What is wrong with a part, by its JSON pointer within any negation; `field`: the member that it is about. */
  errorOf: (pointer: string, field?: 'behavior' | 'parameter' | 'value') => string | undefined;
  isDisabled: boolean;
};

/** Rules as nested groups of clauses that read like sentences. */
export function ConditionBuilder({ level = 1, ...props }: PartProps & { level?: number }): ReactNode {
  const { condition, pointer, onChange, errorOf, isDisabled } = props;
  const { isNot, inner } = split(condition);
  if (!isGroup(inner)) return <ClauseRow {...props} />;
  const join = joinOf(inner);
  const clauses = clausesOf(inner);
  const change = (next: ConditionGroup, isNow = isNot) => onChange(negatedIf(isNow, next));
  const add = (label: string, clause: Condition, isFull = false) => (
    <Button
      size="xs"
      leftSection={<Icon name="plus" size={14} />}
      disabled={isFull}
      onClick={() => change(newGroup(join, [...clauses, clause]))}
    >
      {label}
    </Button>
  );
  const error = errorOf(innerPointer(pointer, isNot));
  return (
    <fieldset className={css['group']}>
      <VisuallyHidden component="legend">{level === 1 ? terms.rules : w.groupOf(level)}</VisuallyHidden>
      <Group gap="xs">
        {isDisabled ? (
          <Text fw={550}>{w.joins[isNot ? negatedJoin[join] : join]}</Text>
        ) : (
          <NativeSelect
            aria-label={w.join}
            {...bind(isNot ? negatedJoin[join] : join, (value) =>
              change(newGroup(value === 'any' || value === 'notAny' ? 'any' : 'all', clauses), value.startsWith('not')),
            )}
            data={options(w.joins)}
          />
        )}
        {level === 1 || clauses.length > 0 ? <Result {...props.standingOf(pointer)} /> : null}
        {level === 1 || isDisabled ? null : (
          <Button variant="subtle" color="gray" size="compact-sm" onClick={() => onChange(null)}>
            {w.removeGroup}
          </Button>
        )}
      </Group>
      {error === undefined ? null : (
        <Text size="sm" c="var(--console-bad)">
          {error}
        </Text>
      )}
      {clauses.length === 0 ? (
        <Text c="dimmed" px="md" py="sm" bd="1px dashed var(--console-line)" bdrs="sm">
          {level === 1 && join === 'all' ? terms.everyEvent : w.emptyGroup[join]}
        </Text>
      ) : (
        <Stack component="ul" gap={6}>
          {placedClauses(condition, pointer).map(([place, clause], index) => (
            <li key={place}>
              {index === 0 ? null : (
                <Note span pl="sm" aria-hidden="true">
                  {join === 'all' ? w.and : w.or}
                </Note>
              )}
              <ConditionBuilder
                {...props}
                condition={clause}
                pointer={place}
                level={level + 1}
                onChange={(next) =>
                  change(newGroup(join, next === null ? clauses.toSpliced(index, 1) : clauses.with(index, next)))
                }
              />
            </li>
          ))}
        </Stack>
      )}
      {isDisabled ? null : (
        <Group gap="xs">
          {add(w.addBehavior, { behavior: '' })}
          {add(parts.addFilter, newComparison())}
          {add(w.addGroup, newGroup(join === 'all' ? 'any' : 'all'), level >= conditionLimits.depth - 2)}
        </Group>
      )}
    </fieldset>
  );
}

const negatedJoin = { all: 'notAll', any: 'notAny' } as const;

/** One clause: a behavior, or a parameter with what it must be. */
function ClauseRow({
  condition,
  pointer,
  onChange,
  ownBehaviorId,
  standingOf,
  errorOf,
  isDisabled,
}: PartProps): ReactNode {
  const { isNot, inner } = split(condition);
  const parameters = useParameters('parameter' in inner ? inner.parameter : '');
  const nameOf = useRuleNames();
  if (isGroup(inner)) return null;
  const place = innerPointer(pointer, isNot);
  const standing = standingOf(pointer);
  const name = isComplete(condition) ? conditionWords(condition, nameOf) : w.newClause;
  const shared = { onChange: (next: Condition) => onChange(negatedIf(isNot, next)), isDisabled };
  if (isDisabled) return <ReadClause clause={inner} text={name} standing={standing} />;
  const compared = 'behavior' in inner || isOneOf(presenceOperators, inner.operator) ? null : inner;
  const isNumber = parameters.some(({ name, type }) => name === compared?.parameter && type === 'number');
  const hasCase =
    compared !== null && !isNumber && compared.operator !== 'between' && !isOneOf(orderOperators, compared.operator);
  return (
    <div className={css['row']} data-holds={standing.tried?.holds}>
      <NativeSelect
        aria-label={w.polarity}
        {...bind(isNot ? 'unless' : 'when', (text) => onChange(negatedIf(text === 'unless', inner)))}
        data={options({ when: w.when, unless: w.unless })}
      />
      <div className={css['main']}>
        {'behavior' in inner ? (
          <BehaviorField {...shared} id={inner.behavior} without={ownBehaviorId} error={errorOf(place, 'behavior')} />
        ) : (
          <ComparisonFields {...shared} comparison={inner} errorOf={(field) => errorOf(place, field)} />
        )}
        <Group gap="md" mt={4}>
          {hasCase ? (
            <Checkbox
              size="xs"
              label={w.ignoreCase}
              {...bindChecked(compared.ignoreCase === true, (isChecked) =>
                shared.onChange({ ...compared, ignoreCase: isChecked || undefined }),
              )}
            />
          ) : null}
          {isNot && compared !== null ? <Note>{w.unlessHint}</Note> : null}
          <Result {...standing} />
        </Group>
      </div>
      <ActionIcon aria-label={w.remove(name)} onClick={() => onChange(null)}>
        <Icon name="trash" />
      </ActionIcon>
    </div>
  );
}

type ReadProps = { clause: Condition; text: string; standing: Standing };

/** A clause that is only read: a sentence, with all the values of a long list. */
function ReadClause({ clause, text, standing }: ReadProps): ReactNode {
  const values = 'value' in clause && Array.isArray(clause.value) ? clause.value : [];
  return (
    <div className={css['row']} data-read data-holds={standing.tried?.holds}>
      <div className={css['main']}>
        <Text style={{ overflowWrap: 'anywhere' }}>{text}</Text>
        {values.length > 3 ? <Note>{values.join(', ')}</Note> : null}
        {'ignoreCase' in clause && clause.ignoreCase === true ? <Note>{w.ignoreCase}</Note> : null}
        <Group gap="md" mt={4}>
          <Result {...standing} />
        </Group>
      </div>
    </div>
  );
}

/** How many events match, and whether the tried one does. */
function Result({ passed, tried }: Standing): ReactNode {
  return (
    <>
      {tried === undefined ? null : (
        <Text span size="sm" fw={550} c={tried.holds ? 'var(--console-good)' : 'var(--console-bad)'}>
          <Icon name={tried.holds ? 'check' : 'cross'} size={13} /> {tried.holds ? terms.met : terms.notMet}
        </Text>
      )}
      {tried?.found === undefined ? null : (
        <Text span size="sm" c="dimmed" truncate maw="14rem">
          {w.found(tried.found)}
        </Text>
      )}
      {passed === undefined || passed.checked === 0 ? null : (
        <Text span size="sm" c="dimmed" className="tabular" title={w.passedLong(passed.count, passed.checked)}>
          {w.passed(passed.count, passed.checked)}
        </Text>
      )}
    </>
  );
}
