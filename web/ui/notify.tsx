import type { NotificationData } from '@mantine/notifications';
import { problemText } from '../api/problem-text.ts';
import type { Catalogue } from '../i18n/catalogue.ts';
import { translation } from '../i18n/language.ts';

/** That something was done, in a sentence; goes away by itself. */
export function sayDone(sentence: string): void {
  void show({ message: sentence, color: 'river' });
}

/** For what failed away from any form. In forms and dialogues use ProblemAlert: that stays. */
export function sayProblem(error: unknown): void {
  const words = translation.getResourceBundle(translation.language, 'console') as Catalogue;
  const { what, wayOut } = problemText(words, error);
  void show({ title: what, message: wayOut, color: 'red', autoClose: false, role: 'alert' });
}

/** Fetched when there is something to say: nothing is, while a page comes up. */
async function show(notification: NotificationData): Promise<void> {
  const { notifications } = await import('@mantine/notifications');
  notifications.show(notification);
}
