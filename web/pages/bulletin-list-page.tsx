import { NotBuilt } from '../components/not-built.tsx';

export function BulletinListPage() {
  return <NotBuilt titleKey="bulletins.listTitle" />;
}
