import { NotBuilt } from '../components/not-built.tsx';

interface NewAiringPageProps {
  /** Chosen already, when coming from it. */
  bulletinId: string | undefined;
  /** `2026-11-22` in the commune's zone. */
  day: string | undefined;
}

export function NewAiringPage(_props: NewAiringPageProps) {
  return <NotBuilt titleKey="airings.scheduleTitle" />;
}
