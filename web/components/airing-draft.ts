import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { Target } from '#contract/airing.ts';
import type { Class } from '#contract/primitives.ts';
import type { ProblemCode, ProblemReply } from '#contract/problem.ts';
import { read } from '../api/queries.ts';
import { startOf, type TypedStart } from './start-field.tsx';

/** An airing while it is chosen. */
export interface AiringDraft {
  bulletinIds: string[];
  targets: Target[];
  start: TypedStart;
  /** Undefined: as its bulletins are. */
  class: Class | undefined;
  repeats: number;
  gapSeconds: number;
  /** Undefined: as is usual for its class. */
  hasChime: boolean | undefined;
}

const PAUSE_MS = 250;
/** Receivers come and go, and time passes: no feed tells that a forecast is old. */
const ASK_EVERY_MS = 20_000;

export function requestOf(areaId: string, draft: AiringDraft, wanted: Class) {
  const isEmergency = wanted === 'emergency';
  return {
    areaId,
    class: wanted,
    bulletinIds: draft.bulletinIds,
    targets: draft.targets,
    startsAt: isEmergency ? null : (startOf(draft.start) ?? null),
    repeats: draft.repeats,
    gapMs: draft.gapSeconds * 1000,
    ...(draft.hasChime === undefined ? {} : { hasChime: draft.hasChime, hasEndTone: draft.hasChime }),
  };
}
export type AiringRequest = ReturnType<typeof requestOf>;

/** What the server says of it while it is still chosen: of `asked`, which is just what is chosen now when `isSettled`. */
export function useForecast(request: AiringRequest) {
  const [asked] = useDebouncedValue(request, PAUSE_MS);
  const query = useQuery({
    ...read('previewTargets', { body: asked }),
    enabled: asked.bulletinIds.length > 0 || asked.targets.length > 0,
    placeholderData: keepPreviousData,
    refetchInterval: ASK_EVERY_MS,
  });
  const isSettled = !query.isPlaceholderData && JSON.stringify(asked) === JSON.stringify(request);
  return { query, asked, isSettled };
}

const NOT_CHOSEN: readonly ProblemCode[] = ['airing-without-bulletins', 'airing-without-targets'];

/** Apart: what was only not chosen yet, which is no mistake. */
export function sortProblems(problems: readonly ProblemReply[], request: AiringRequest) {
  const isOpen = ({ code }: ProblemReply) =>
    NOT_CHOSEN.includes(code) || (code === 'request-invalid' && request.startsAt === null && request.class !== 'emergency');
  return { wrong: problems.filter((problem) => !isOpen(problem)), isIncomplete: problems.some(isOpen) };
}
