import type { FieldMapping, MappedType } from '../../../contract/documents/action.ts';
import type { Condition } from '../../../contract/documents/condition.ts';
import { typedValue } from '../../../rules/typed-value.ts';
import { actions, formFields, terms } from '../../messages/en.ts';
import { rulesOf } from '../../parts/rules/condition-parts.ts';
import type { Action, ActionBody } from './action.ts';
import { rulesOfScenario, type Scenario, scenarioOf } from './scenarios.ts';

/** An action as its editor holds it: values as typed. */
export type ActionDraft = {
  name: string;
  description: string;
  scenario: Scenario;
  rules: Condition;
  destinations: readonly DestinationRow[];
};

/** The draft and how a step of the editor changes it. */
export type StepProps = {
  draft: ActionDraft;
  change: (next: Partial<ActionDraft>) => void;
  /** What is wrong, by path in the draft: `destinations.0.mapping.1.field`. */
  errors: Readonly<Record<string, string>>;
  isDisabled: boolean;
};

/** `destinationId` is empty until a destination of the connection is chosen. */
export type DestinationRow = { connectionId: string; destinationId: string; mapping: readonly FieldRow[] };

/** A line of a field mapping, with the typed text of each source of its value. */
export type FieldRow = {
  field: string;
  from: 'parameter' | 'value' | 'expression';
  parameter: string;
  value: string;
  expression: string;
  /** The type that a parameter or a fixed value is sent as. */
  as: MappedType;
};

export const newDestinationRow = (connectionId = '', destinationId = ''): DestinationRow => ({
  connectionId,
  destinationId,
  mapping: [],
});

export const newFieldRow = (field = '', parameter = ''): FieldRow => ({
  field,
  from: 'parameter',
  parameter,
  value: '',
  expression: '',
  as: 'text',
});

export const newDraft = (scenario: Scenario): ActionDraft => ({
  name: '',
  description: '',
  scenario,
  rules: rulesOfScenario(scenario),
  destinations: [],
});

/** What is known of a destination by its id: the connection that it belongs to. */
type KnownDestination = (id: string) => { connectionId: string | null } | null | undefined;

/** A stored action for the editor, with the connections that destinations belong to. */
export function draftOfAction(action: Action, destinationOf: KnownDestination): ActionDraft {
  const rules = rulesOf(action.rules);
  return {
    name: action.name,
    description: action.description,
    scenario: scenarioOf(rules),
    rules,
    destinations: action.destinations.map(({ destinationId, mapping }) => ({
      ...newDestinationRow(destinationOf(destinationId)?.connectionId ?? undefined, destinationId),
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
  const type = typeof value === 'object' ? 'json' : typeof value === 'number' ? 'number' : 'boolean';
  return { ...row, from: 'value', value: JSON.stringify(value), as: type };
}

/** The body that saves a draft. Rows without a destination are not part of it. */
export function bodyOfDraft(draft: ActionDraft, status: Action['status']): ActionBody {
  return {
    name: draft.name.trim(),
    description: draft.description.trim(),
    status,
    rules: draft.rules,
    sources: [],
    destinations: draft.destinations
      .filter(({ destinationId }) => destinationId !== '')
      .map(({ destinationId, mapping }) => ({ destinationId, mapping: mapping.map(lineOf) })),
  };
}

function lineOf({ field: written, from, parameter, value, expression, as }: FieldRow): FieldMapping {
  const field = written.trim();
  if (from === 'expression') return { field, expression };
  const typed = as === 'text' ? {} : { as };
  if (from === 'parameter') return { field, parameter: parameter.trim(), ...typed };
  const constant = typedValue(value, as);
  // Numbers, booleans and null are stored as JSON values, without a type.
  return constant.ok && isScalar(constant.value) ? { field, value: constant.value } : { field, value, ...typed };
}

const isScalar = (value: unknown): value is string | number | boolean | null =>
  value === null || ['string', 'number', 'boolean'].includes(typeof value);

export const steps = ['basics', 'rules', 'sources', 'destinations'] as const;
export type Step = (typeof steps)[number];

/** The step of the editor that shows an error, by its path. */
export function stepOfField(path: string): Step {
  const [member = ''] = path.split('.');
  return member === 'rules' || member === 'destinations' ? member : 'basics';
}

/** Problems of the server by their paths in the draft, which also has rows without a destination. */
export function atFields(
  told: Readonly<Record<string, string>>,
  { destinations }: ActionDraft,
): Record<string, string> {
  const saved = destinations.flatMap(({ destinationId }, i) => (destinationId === '' ? [] : [i]));
  const pathInDraft = (path: string) =>
    path.replace(/^destinations\.(\d+)/, (_, i: string) => `destinations.${saved[Number(i)]}`);
  return Object.fromEntries(Object.entries(told).map(([path, text]) => [pathInDraft(path), text]));
}

/** What is missing in a draft or does not fit, by path: an action that is enabled needs a destination. */
export function problemsOf(
  { name, description, destinations }: ActionDraft,
  status: Action['status'],
): Record<string, string> {
  const w = actions.mapping;
  const found: Record<string, string> = {};
  const say = (path: string, text: string | null) => {
    if (text !== null) found[path] = text;
  };
  say('name', name.trim() === '' ? formFields.neededOf(actions.basics.name) : null);
  say('description', description.trim() === '' ? formFields.neededOf(terms.description) : null);
  const { destinationNeeded, destinationToEnable } = actions.destinations;
  const isEmpty = destinations.every(({ connectionId, destinationId }) => connectionId + destinationId === '');
  say('destinations.0.connectionId', isEmpty && status === 'enabled' ? destinationToEnable : null);
  for (const [i, { connectionId, destinationId, mapping }] of destinations.entries()) {
    if (connectionId !== '' && destinationId === '') say(`destinations.${i}.destinationId`, destinationNeeded);
    for (const [j, { field: written, from, parameter, value, expression, as }] of mapping.entries()) {
      const path = `destinations.${i}.mapping.${j}`;
      const field = written.trim();
      const isTwice = mapping.findIndex((one) => one.field.trim() === field) < j;
      const constant = typedValue(value, as);
      say(`${path}.field`, field === '' ? w.fieldNeeded : isTwice ? w.duplicate : null);
      say(`${path}.parameter`, from === 'parameter' && parameter.trim() === '' ? w.parameterNeeded : null);
      say(`${path}.value`, from === 'value' && !constant.ok ? w.misfits[constant.misfit] : null);
      say(`${path}.expression`, from === 'expression' && expression.trim() === '' ? w.expressionNeeded : null);
    }
  }
  return found;
}
