import type { Catalogue } from './catalogue.ts';
import { administration } from './en/administration.ts';
import { airings } from './en/airings.ts';
import { approvals } from './en/approvals.ts';
import { bulletins } from './en/bulletins.ts';
import { coverage } from './en/coverage.ts';
import { frame } from './en/frame.ts';
import { home } from './en/home.ts';
import { problems } from './en/problems.ts';
import { receivers } from './en/receivers.ts';
import { ui } from './en/ui.ts';
import { words } from './en/words.ts';

export const en: Catalogue = {
  administration,
  airings,
  approvals,
  bulletins,
  coverage,
  frame,
  home,
  problems,
  receivers,
  ui,
  words,
};
