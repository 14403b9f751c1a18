import { notifications } from '@mantine/notifications';
import i18next from 'i18next';
import { problemText } from '../api/problem-text.ts';
import type { Catalogue } from '../i18n/catalogue.ts';

/** That something was done, in a sentence; goes away by itself. */
export function sayDone(sentence: string): void {
  notifications.show({ message: sentence, color: 'river' });
}

/** For what failed away from any form. In forms and dialogues use ProblemAlert: that stays. */
export function sayProblem(error: unknown): void {
  const words = i18next.getResourceBundle(i18next.language, 'console') as Catalogue;
  const { what, wayOut } = problemText(words, error);
  notifications.show({ title: what, message: wayOut, color: 'red', autoClose: false, role: 'alert' });
}
