import { ActionIcon, Button, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { behaviors as words } from '../../messages/en/behaviors.ts';
import { Icon } from '../../parts/icon.tsx';
import { Panel } from '../../parts/panel.tsx';
import { ParameterBox } from '../../parts/rules/parameter-box.tsx';
import { useParameters } from '../../parts/rules/use-parameters.ts';
import css from './behavior-editor.module.css';

const w = words.details;

type Props = {
  value: readonly string[];
  onChange: (value: readonly string[]) => void;
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
          {value.map((name, index) => {
            const place = `attributes.${index}`;
            return (
              <li key={place} className={css['attribute']}>
                <ParameterBox
                  label={w.attribute}
                  value={name}
                  onChange={(next) => onChange(value.with(index, next))}
                  parameters={parameters}
                  error={errors[place]}
                  isDisabled={isDisabled}
                />
                {isDisabled ? null : (
                  <ActionIcon aria-label={w.removeAttribute(name)} onClick={() => onChange(value.toSpliced(index, 1))}>
                    <Icon name="trash" />
                  </ActionIcon>
                )}
              </li>
            );
          })}
        </ul>
      )}
      {isDisabled ? null : (
        <div>
          <Button
            variant="default"
            size="xs"
            leftSection={<Icon name="plus" size={14} />}
            onClick={() => onChange([...value, ''])}
          >
            {w.addAttribute}
          </Button>
        </div>
      )}
    </Panel>
  );
}
