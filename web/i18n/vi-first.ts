import { frame } from './vi/frame.ts';
import { home } from './vi/home.ts';
import { problems } from './vi/problems.ts';
import { ui } from './vi/ui.ts';
import { words } from './vi/words.ts';

/** What the frame, the sign-in page and the first page say; the rest of the catalogue comes with the first other page. */
export const firstTexts = { frame, home, problems, ui, words };
