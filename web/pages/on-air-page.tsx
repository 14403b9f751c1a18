import { NotBuilt } from '../components/not-built.tsx';

export function OnAirPage() {
  return <NotBuilt titleKey="airings.onAirTitle" />;
}
