import { NotBuilt } from '../components/not-built.tsx';

export function AccountsPage() {
  return <NotBuilt titleKey="administration.accountsTitle" />;
}
