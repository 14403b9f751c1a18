import { NotBuilt } from '../components/not-built.tsx';

interface ReceiverPageProps {
  receiverId: string;
}

export function ReceiverPage(_props: ReceiverPageProps) {
  return <NotBuilt title="receivers.receiverTitle" />;
}
