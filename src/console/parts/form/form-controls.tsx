import { NativeSelect, Switch, Textarea, TextInput, type TextInputProps } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Facts } from '../../data/schema-facts.ts';
import { formFields as words } from '../../messages/en.ts';
import { bindChecked, options } from './bind.ts';
import { aboutField, type DraftOf, type FieldWords, type FormField, type FormFields, has } from './form-fields.ts';
import { ReadValue } from './read-value.tsx';
import { SecretField, type SecretValue } from './secret-field.tsx';

/** Problems by the paths of values in the body (`settings.headers.0.name`), from the form itself and from the server. */
export type Errors = Readonly<Record<string, string>>;

/** The state that the controls of a form share. */
export type FormState<Draft> = {
  draft: Draft;
  /** The draft of what is stored, for its secrets. */
  stored: Draft;
  errors: Errors;
  isDisabled: boolean;
  onChange: (change: Partial<Draft>) => void;
};

/** The properties of a control that neither its field nor its labels have. */
type Look = Pick<
  TextInputProps,
  | 'aria-label'
  | 'autoComplete'
  | 'className'
  | 'description'
  | 'disabled'
  | 'error'
  | 'inputMode'
  | 'list'
  | 'placeholder'
> & {
  /** The words of a choice, by its values. */
  options?: Readonly<Record<string, string>>;
  /** In a font of fixed width; a secret in a field of several lines. */
  isCode?: boolean;
};

/**
 * Makes the control of a field by its name: the kind of the field decides which control it is. null while the form does
 * not have the field.
 */
export function controlsOf<F extends FormFields>(
  fields: F,
  facts: Facts,
  labels: Readonly<Record<keyof F, FieldWords>>,
  { draft, stored, errors, isDisabled, onChange }: FormState<DraftOf<F>>,
): (name: keyof F & string, look?: Look) => ReactNode {
  return (name, { options: choices, isCode = false, ...look } = {}) => {
    const field = fields[name] as FormField<unknown>; // one of its own names
    if (field.isShown !== true && !has(field, draft)) return null;
    const { kind, path } = field;
    const [label, hint = ''] = labels[name];
    const { isNeeded, standard } = aboutField(field, facts);
    const hints = [hint, standard === null ? '' : words.standard(standard)].filter((one) => one !== '');
    const value = draft[name] as unknown;
    const change = (next: unknown) => onChange({ [name]: next } as Partial<DraftOf<F>>); // a value of its kind
    const shared = {
      label,
      description: hints.length === 0 ? undefined : hints.join(' '),
      error: kind === 'lines' ? lineErrorAt(errors, path, String(value)) : errorAt(errors, path),
      disabled: isDisabled,
      required: isNeeded,
      ...look,
    };
    if (kind === 'secret')
      return (
        <SecretField
          key={name}
          {...shared}
          value={value as SecretValue} // by its kind
          stored={stored[name] as SecretValue} // by its kind
          onChange={change}
          isLong={isCode}
          isDisabled={isDisabled}
        />
      );
    const told = choices?.[String(value ?? '')];
    if (isDisabled)
      return (
        <ReadValue
          key={name}
          label={look['aria-label'] ?? label}
          value={typeof value === 'boolean' ? value : (told ?? String(value ?? ''))}
          standard={standard}
          isCode={isCode}
        />
      );
    if (typeof value === 'boolean') {
      const { required, ...flag } = shared;
      return <Switch key={name} {...flag} {...bindChecked(value, change)} />;
    }
    const typed = {
      ...shared,
      value: String(value ?? ''),
      onChange: (event: { currentTarget: { value: string } }) => change(event.currentTarget.value),
    };
    if (choices !== undefined) return <NativeSelect key={name} {...typed} data={options(choices)} />;
    const isProse = kind === 'block' && !isCode;
    const text = {
      ...typed,
      autoComplete: 'off',
      autoCapitalize: isProse ? 'sentences' : 'off',
      spellCheck: isProse,
      classNames: { input: isCode ? 'mono' : '' },
    };
    if (kind === 'block' || kind === 'lines' || kind === 'json')
      return <Textarea key={name} {...text} autosize minRows={2} maxRows={8} />;
    return <TextInput key={name} {...text} />;
  };
}

/** The problem of a value, or of a value in it. */
export const errorAt = (errors: Errors, path: string): string | undefined =>
  errors[path] ?? Object.entries(errors).find(([one]) => one.startsWith(`${path}.`))?.[1];

/** The same for a list of texts, of which the form has one per line: with the line. */
function lineErrorAt(errors: Errors, path: string, typed = ''): string | undefined {
  const text = errorAt(errors, path);
  if (text === undefined || errors[path] !== undefined) return text;
  const at = Number(
    Object.keys(errors)
      .find((one) => one.startsWith(`${path}.`))
      ?.slice(path.length + 1),
  );
  // Empty lines are not sent.
  const lines = typed.split('\n').flatMap((line, i) => (line.trim() === '' ? [] : [i + 1]));
  return words.line(lines[at] ?? at + 1, text);
}
