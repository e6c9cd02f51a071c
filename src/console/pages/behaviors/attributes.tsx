import { ActionIcon, Button, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { behaviors as words } from '../../messages/en/behaviors.ts';
import { Icon } from '../../parts/icon.tsx';
import { Panel } from '../../parts/panel.tsx';
import { ParameterBox } from '../../parts/rules/parameter-box.tsx';
import { useParameters } from '../../parts/rules/use-parameters.ts';
import { type AttributeRow, newAttribute } from './behavior-draft.ts';
import css from './behavior-editor.module.css';

const w = words.details;

type Props = {
  value: readonly AttributeRow[];
  onChange: (value: readonly AttributeRow[]) => void;
  errors: Readonly<Record<string, string>>;
  isDisabled: boolean;
};

/** The parameters worth sending with a behavior. */
export function Attributes({ value, onChange, errors, isDisabled }: Props): ReactNode {
  const parameters = useParameters();
  return (
    <Panel title={w.attributes} text={w.attributesText}>
      {value.length === 0 ? (
        <Text c="dimmed">{w.noAttributes}</Text>
      ) : (
        <ul className={css['attributes']}>
          {value.map(({ key, name }, index) => (
            <li key={key} className={css['attribute']}>
              <ParameterBox
                label={w.attribute}
                value={name}
                onChange={(next) => onChange(value.with(index, { key, name: next }))}
                parameters={parameters}
                error={errors[`attributes.${index}`]}
                isDisabled={isDisabled}
              />
              {isDisabled ? null : (
                <ActionIcon
                  aria-label={w.removeAttribute(name)}
                  onClick={() => onChange(value.filter((one) => one.key !== key))}
                >
                  <Icon name="trash" />
                </ActionIcon>
              )}
            </li>
          ))}
        </ul>
      )}
      {isDisabled ? null : (
        <div>
          <Button
            variant="default"
            size="xs"
            leftSection={<Icon name="plus" size={14} />}
            onClick={() => onChange([...value, newAttribute()])}
          >
            {w.addAttribute}
          </Button>
        </div>
      )}
    </Panel>
  );
}
