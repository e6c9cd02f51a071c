import type { CallInput } from '../../../client/client.ts';
import { terms } from '../../messages/en/terms.ts';
import {
  conditionOf,
  draftOfCondition,
  type GroupDraft,
  newGroup,
  newKey,
  pointersOf,
} from '../../parts/rules/condition-draft.ts';
import type { Behavior } from '../../parts/rules/use-behaviors.ts';

/** A behavior as its editor holds it. */
export type BehaviorDraft = {
  name: string;
  description: string;
  category: string;
  condition: GroupDraft;
  attributes: readonly AttributeRow[];
};

export type AttributeRow = { key: string; name: string };

export const newAttribute = (name = ''): AttributeRow => ({ key: newKey(), name });

/** A new behavior, or a copy of another one. */
export function newDraft(copied: Behavior | undefined): BehaviorDraft {
  if (copied !== undefined) return { ...draftOfBehavior(copied), name: terms.copyOf(copied.name) };
  return { name: '', description: '', category: 'Custom', condition: newGroup(), attributes: [] };
}

export function draftOfBehavior(behavior: Behavior): BehaviorDraft {
  const { name, description, category, condition, attributes } = behavior;
  return {
    name,
    description,
    category,
    condition: draftOfCondition(condition),
    attributes: attributes.map(newAttribute),
  };
}

export function bodyOfDraft(draft: BehaviorDraft): CallInput<'createBehavior'>['body'] {
  return {
    name: draft.name.trim(),
    description: draft.description.trim(),
    category: draft.category.trim(),
    condition: conditionOf(draft.condition),
    attributes: draft.attributes.map(({ name }) => name.trim()).filter((one) => one !== ''),
  };
}

/** What the server said about places of the condition, by the key of the part that stands there. */
export function errorsByKey(draft: BehaviorDraft, told: Readonly<Record<string, string>>): Record<string, string> {
  const places = new Map(
    Array.from(pointersOf(draft.condition), ([key, pointer]) => [`condition${pointer.replaceAll('/', '.')}`, key]),
  );
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
