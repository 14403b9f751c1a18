import { administration } from './vi/administration.ts';
import { airings } from './vi/airings.ts';
import { approvals } from './vi/approvals.ts';
import { bulletins } from './vi/bulletins.ts';
import { coverage } from './vi/coverage.ts';
import { frame } from './vi/frame.ts';
import { home } from './vi/home.ts';
import { problems } from './vi/problems.ts';
import { receivers } from './vi/receivers.ts';
import { ui } from './vi/ui.ts';
import { words } from './vi/words.ts';

export const vi = { administration, airings, approvals, bulletins, coverage, frame, home, problems, receivers, ui, words };
