import { NotBuilt } from '../components/not-built.tsx';

export function ApprovalListPage() {
  return <NotBuilt titleKey="bulletins.approvalTitle" />;
}
