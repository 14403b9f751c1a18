import { NotBuilt } from '../components/not-built.tsx';

export function AreasPage() {
  return <NotBuilt titleKey="administration.areasTitle" />;
}
