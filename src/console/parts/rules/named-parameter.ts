import type { Parameter } from '../../../contract/documents/parameter.ts';
import {
  conditions,
  type ParameterCategory,
  parameterCategories,
  parameterValues,
  parameterWords,
} from '../../messages/en.ts';

const w = conditions.parameters;

/** The label of a known parameter, else its name as words (`cart_value` → Cart value). */
export function labelOf(name: string): string {
  const words =
    parameterWords[name]?.[0] ?? (name.split('.').at(-1) ?? name).replaceAll(/[_-]+|(?<=[a-z])(?=[A-Z])/g, ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const categoryOf = (name: string): ParameterCategory => parameterWords[name]?.[1] ?? 'own';

/** Whether each word of a search is in the parameter's name, label, description or synonyms. */
export function isFound({ name, description }: Parameter, search: string): boolean {
  const text = `${name} ${labelOf(name)} ${description} ${parameterWords[name]?.[2] ?? ''}`.toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/**
 * Parameters in groups: first those named in `attributes`, then by category, those that events have most often first; those
 * never seen come last, in a group of their own.
 */
export function grouped(
  parameters: readonly Parameter[],
  attributes: readonly string[] = [],
): { group: string; items: Parameter[] }[] {
  const suggested = attributes.flatMap((name) => parameters.find((one) => one.name === name && one.share > 0) ?? []);
  const others = parameters.filter((one) => !suggested.includes(one));
  const seen = others.filter(({ share }) => share > 0);
  const order = Object.keys(parameterCategories) as ParameterCategory[]; // the keys of a constant object
  return [
    {
      group: w.attributesGroup,
      items: suggested,
    },
    ...order.map((category) => ({
      group: parameterCategories[category],
      items: seen.filter(({ name }) => categoryOf(name) === category),
    })),
    { group: w.notSeenGroup, items: others.filter(({ share }) => share === 0) },
  ].filter(({ items }) => items.length > 0);
}

/** Values for a parameter to choose from: those on recent events, then usual ones. */
export function valuesOf(name: string, examples: readonly string[] = []): string[] {
  return [...new Set([...examples, ...(parameterValues[name] ?? [])])];
}
