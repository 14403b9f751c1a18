import { NotBuilt } from '../components/not-built.tsx';

interface ApprovalPageProps {
  bulletinId: string;
}

export function ApprovalPage(_props: ApprovalPageProps) {
  return <NotBuilt titleKey="bulletins.approvalTitle" />;
}
