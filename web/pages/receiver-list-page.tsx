import { NotBuilt } from '../components/not-built.tsx';

export function ReceiverListPage() {
  return <NotBuilt titleKey="receivers.listTitle" />;
}
