import type { CallInput } from '../../../client/client.ts';
import type { Condition } from '../../../contract/documents/condition.ts';
import { terms } from '../../messages/en/terms.ts';
import { rulesOf } from '../../parts/rules/condition-parts.ts';
import type { Behavior } from '../../parts/rules/use-behaviors.ts';

/** A behavior as its editor holds it. */
export type BehaviorDraft = Pick<Behavior, 'name' | 'description' | 'category'> & {
  condition: Condition;
  attributes: readonly string[];
};

/** A new behavior, or a copy of another one. */
export function newDraft(copied: Behavior | undefined): BehaviorDraft {
  if (copied !== undefined) return { ...draftOfBehavior(copied), name: terms.copyOf(copied.name) };
  return { name: '', description: '', category: 'Custom', condition: { all: [] }, attributes: [] };
}

export const draftOfBehavior = ({ name, description, category, condition, attributes }: Behavior): BehaviorDraft => ({
  name,
  description,
  category,
  condition: rulesOf(condition),
  attributes,
});

export function bodyOfDraft(draft: BehaviorDraft): CallInput<'createBehavior'>['body'] {
  return {
    name: draft.name.trim(),
    description: draft.description.trim(),
    category: draft.category.trim(),
    condition: draft.condition,
    attributes: draft.attributes.map((name) => name.trim()).filter((one) => one !== ''),
  };
}
