import { NotBuilt } from '../components/not-built.tsx';

export function SchedulePage() {
  return <NotBuilt titleKey="airings.scheduleTitle" />;
}
