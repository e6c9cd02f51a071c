import { Checkbox } from '@mantine/core';
import type { ReactNode } from 'react';
import { connectionFacts } from '../../data/schema-facts.ts';
import { parts, terms } from '../../messages/en.ts';
import { bindChecked } from './bind.ts';
import { controlsOf, errorAt, type FormState } from './form-controls.tsx';
import { secret, text, within } from './form-fields.ts';
import type { HeaderDraft } from './headers.ts';
import { RowList } from './row-list.tsx';

const words = parts.headers;

/** The custom headers of a form, at `settings.headers` of its body: name, value, and whether the value is a secret. */
export function HeaderRows(form: FormState<{ headers: HeaderDraft[] }>): ReactNode {
  const { draft, stored, errors, isDisabled, onChange } = form;
  return (
    <RowList
      list={draft.headers}
      empty={{ name: '', value: '', isSecret: false }}
      words={{ add: words.add, remove: ({ name }) => words.remove(name === '' ? terms.noName : name) }}
      columns="minmax(0, 1fr) minmax(0, 1.4fr) auto"
      isDisabled={isDisabled}
      onChange={(headers) => onChange({ headers })}
    >
      {(header, at, change) => {
        const { name, value, isSecret } = header;
        const path = `settings.headers.${at}`;
        // A stored secret stays with the name of its header.
        const before = stored.headers.find((one) => one.isSecret && one.name === name)?.value ?? null;
        const field = controlsOf(
          within(path, { name: text('name'), value: isSecret ? secret('value') : text('value') }),
          connectionFacts,
          { name: [terms.name], value: [isSecret ? words.value(at + 1) : terms.value] },
          {
            draft: { name, value: isSecret || typeof value === 'string' ? value : '' },
            stored: { name, value: before },
            errors,
            isDisabled,
            onChange: (next) => change(next as Partial<HeaderDraft>), // the values of its fields
          },
        );
        return (
          <>
            {field('name', { 'aria-label': words.name(at + 1), placeholder: words.namePlaceholder })}
            {field('value', {
              'aria-label': words.value(at + 1),
              error: errorAt(errors, `${path}.value`) ?? errors[path],
            })}
            {isDisabled ? null : (
              <Checkbox
                label={words.secret}
                aria-label={words.isSecret(at + 1)}
                // A stored secret does not become readable when the box is cleared: its value has to be entered again.
                {...bindChecked(isSecret, (isChecked) =>
                  change({ isSecret: isChecked, value: typeof value === 'string' ? value : '' }),
                )}
              />
            )}
          </>
        );
      }}
    </RowList>
  );
}
