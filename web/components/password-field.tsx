import { Button, Group, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';

const CHARACTERS_MIN = 12;
/** Without those that are mixed up when they are read out or copied by hand. */
const LETTERS = 'abcdefghijkmnpqrstuvwxyz23456789';
const GROUPS = 4;
const GROUP_LENGTH = 4;

export function isPasswordLongEnough(password: string): boolean {
  return password.length >= CHARACTERS_MIN;
}

interface PasswordFieldProps {
  value: string;
  onChange: (password: string) => void;
}

/** A password that one person sets for another: in the open, for it must be handed over. */
export function PasswordField({ value, onChange }: PasswordFieldProps) {
  const { t } = useTranslation();
  return (
    <Group align="flex-end" gap="sm">
      <TextInput
        label={t('administration.password')}
        description={t('administration.passwordHint')}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
        maxLength={200}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        style={{ flex: '1 1 220px' }}
      />
      <Button variant="default" onClick={() => onChange(makePassword())}>
        {t('administration.makePassword')}
      </Button>
    </Group>
  );
}

/** 80 bits by the browser's own chance. */
function makePassword(): string {
  const chance = crypto.getRandomValues(new Uint8Array(GROUPS * GROUP_LENGTH));
  const letters = [...chance].map((byte) => LETTERS[byte % LETTERS.length]);
  return Array.from({ length: GROUPS }, (_, at) => letters.slice(at * GROUP_LENGTH, (at + 1) * GROUP_LENGTH).join('')).join('-');
}
