import { count as counts } from '../../counts.ts';
import { terms } from '../terms.ts';

const name = 'Behavior Name';

/** Words of the Behaviors page and of the editor of a behavior. */
export const behaviors = {
  create: 'New Behavior',
  lead: 'Reusable conditions for your actions',
  columns: {
    name,
    expression: 'Expression',
    opposite: 'Opposite Behavior Expression',
    attributes: 'Behavior Attributes',
  },
  standard: 'Standard',
  standardText: 'Built in. Duplicate to customize.',
  used: (count: number) => `Used in ${counts.places(count)}`,
  shipped: 'Built in',
  emptyText: 'A behavior is a named condition on one event, e.g. a purchase over 100.',
  blocked: {
    standard: 'Built-in behaviors can’t be deleted.',
    used: (count: number) => `Used in ${counts.places(count)}. Remove it there first.`,
  },
  details: {
    tabs: { details: 'Details', used: 'Used by', versions: 'Versions', yaml: 'Show as' },
    fields: {
      name: [name],
      category: [terms.category, 'Groups related behaviors.'],
      description: [terms.description],
    },
    taken: 'Another behavior has this name. Choose another one.',
    opposite: 'Opposite',
    oppositeText: 'It doesn’t match when:',
    attributes: 'Attributes',
    attributesText: 'Parameters to send with this behavior. Field Mapping suggests them first.',
    noAttributes: 'No attributes yet',
    addAttribute: 'Add attribute',
    attribute: 'Attribute',
    removeAttribute: (name: string) => `Remove attribute ${name}`,
    usedByNone: 'Not used yet. Choose it in the Rules of an action.',
    changesAll: (count: number) => `Changes apply at once in ${counts.places(count)}.`,
  },
} as const;
