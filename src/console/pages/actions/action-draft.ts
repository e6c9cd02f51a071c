import type { CallInput } from '../../../client/client.ts';
import type { FieldMapping, MappedType } from '../../../contract/documents/action.ts';
import { type Misfit, typedValue } from '../../../rules/typed-value.ts';
import {
  conditionOf,
  draftOfCondition,
  type GroupDraft,
  newKey,
  pointersOf,
} from '../../parts/rules/condition-draft.ts';
import type { Action } from './action.ts';
import { rulesOfScenario, type Scenario, scenarioOf } from './scenarios.ts';

export type ActionBody = CallInput<'createAction'>['body'];

/** An action as its editor holds it: keys for the rows, values as typed. */
export type ActionDraft = {
  name: string;
  description: string;
  scenario: Scenario;
  rules: GroupDraft;
  destinations: readonly DestinationRow[];
};

export type DestinationRow = {
  key: string;
  connectionId: string;
  destinationId: string;
  mapping: readonly FieldRow[];
};

export type FieldRow = {
  key: string;
  field: string;
  from: 'parameter' | 'value' | 'expression';
  parameter: string;
  value: string;
  expression: string;
  /** What a parameter or a fixed value is sent as. */
  as: MappedType;
};

export const newDestinationRow = (connectionId = '', destinationId = ''): DestinationRow => ({
  key: newKey(),
  connectionId,
  destinationId,
  mapping: [],
});

export const newFieldRow = (field = '', parameter = ''): FieldRow => ({
  key: newKey(),
  field,
  from: 'parameter',
  parameter,
  value: '',
  expression: '',
  as: 'text',
});

/** An action that is not there yet. */
export function newDraft(scenario: Scenario, name = '', description = ''): ActionDraft {
  return { name, description, scenario, rules: rulesOfScenario(scenario), destinations: [] };
}

/** A stored action for the editor; `connectionOf` says to which connection a destination belongs. */
export function draftOfAction(action: Action, connectionOf: (destinationId: string) => string): ActionDraft {
  const rules = draftOfCondition(action.rules);
  return {
    name: action.name,
    description: action.description,
    scenario: scenarioOf(rules),
    rules,
    destinations: action.destinations.map(({ destinationId, mapping }) => ({
      ...newDestinationRow(connectionOf(destinationId), destinationId),
      mapping: mapping.map(fieldRowOf),
    })),
  };
}

function fieldRowOf(line: FieldMapping): FieldRow {
  const row = newFieldRow(line.field);
  if ('expression' in line) return { ...row, from: 'expression', expression: line.expression };
  const { as = 'text' } = line;
  if ('parameter' in line) return { ...row, parameter: line.parameter, as };
  const { value } = line;
  if (typeof value === 'string') return { ...row, from: 'value', value, as };
  return {
    ...row,
    from: 'value',
    value: JSON.stringify(value),
    as: typeof value === 'object' ? 'json' : typedAs(value),
  };
}

const typedAs = (value: number | boolean): MappedType => (typeof value === 'number' ? 'number' : 'boolean');

/** The body that saves a draft. Rows without a destination are not part of it. */
export function bodyOfDraft(draft: ActionDraft, status: Action['status']): ActionBody {
  return {
    name: draft.name.trim(),
    description: draft.description.trim(),
    status,
    rules: conditionOf(draft.rules),
    sources: [],
    destinations: chosenRows(draft).map(({ destinationId, mapping }) => ({
      destinationId,
      mapping: mapping.map(lineOf),
    })),
  };
}

function lineOf({ field: written, from, parameter, value, expression, as }: FieldRow): FieldMapping {
  const field = written.trim();
  if (from === 'expression') return { field, expression };
  const typed = as === 'text' ? {} : { as };
  if (from === 'parameter') return { field, parameter: parameter.trim(), ...typed };
  const constant = typedValue(value, as);
  // JSON has numbers, yes/no values and null of its own.
  return constant.ok && isScalar(constant.value) ? { field, value: constant.value } : { field, value, ...typed };
}

const isScalar = (value: unknown): value is string | number | boolean | null =>
  value === null || ['string', 'number', 'boolean'].includes(typeof value);

const chosenRows = ({ destinations }: ActionDraft) => destinations.filter((row) => row.destinationId !== '');

export const steps = ['basics', 'rules', 'sources', 'destinations'] as const;
export type Step = (typeof steps)[number];

/** The step of the editor that shows a field of `errorsByKey`. */
export function stepOfField({ rules }: ActionDraft, field: string): Step {
  if (field === 'name' || field === 'description') return 'basics';
  const [key = ''] = field.split('.');
  return key === 'rules' || [...pointersOf(rules)].some(([one]) => one === key) ? 'rules' : 'destinations';
}

/**
 * What the server said about places of the body, by what the editor shows there: `name`, `description`, or a part's key
 * with its member (`k1.value`, `row.destinationId`). A part that has no such place is named by its own key.
 */
export function errorsByKey(draft: ActionDraft, told: Readonly<Record<string, string>>): Record<string, string> {
  const places = new Map<string, string>();
  for (const [key, pointer] of pointersOf(draft.rules)) places.set(`rules${pointer.replaceAll('/', '.')}`, key);
  for (const [i, row] of chosenRows(draft).entries()) {
    places.set(`destinations.${i}`, row.key);
    for (const [j, line] of row.mapping.entries()) places.set(`destinations.${i}.mapping.${j}`, line.key);
  }
  return Object.fromEntries(
    Object.entries(told).map(([path, text]): [string, string] => {
      for (let at = path.length; at > 0; at = path.lastIndexOf('.', at - 1)) {
        const key = places.get(path.slice(0, at));
        if (key !== undefined) return [`${key}${path.slice(at)}`, text];
      }
      return [path, text];
    }),
  );
}

export type Missing = Record<'needed' | 'field' | 'parameter' | 'expression' | 'duplicate', string> & {
  misfits: Readonly<Record<Misfit, string>>;
};

/** Problems that the editor finds itself, by the same names as `errorsByKey`. */
export function findMissing(draft: ActionDraft, words: Missing): Record<string, string> {
  const found: Record<string, string> = {};
  const say = (name: string, text: string) => {
    found[name] = text;
  };
  if (draft.name.trim() === '') say('name', words.needed);
  if (draft.description.trim() === '') say('description', words.needed);
  for (const { mapping } of draft.destinations) {
    const seen = new Set<string>();
    for (const { key, field, from, parameter, value, expression, as } of mapping) {
      const name = field.trim();
      if (name === '') say(`${key}.field`, words.field);
      else if (seen.has(name)) say(`${key}.field`, words.duplicate);
      seen.add(name);
      if (from === 'parameter' && parameter.trim() === '') say(`${key}.parameter`, words.parameter);
      const constant = typedValue(value, as);
      if (from === 'value' && !constant.ok) say(`${key}.value`, words.misfits[constant.misfit]);
      if (from === 'expression' && expression.trim() === '') say(`${key}.expression`, words.expression);
    }
  }
  return found;
}
