import { NotBuilt } from '../components/not-built.tsx';

export function AuditPage() {
  return <NotBuilt titleKey="administration.auditTitle" />;
}
