import { NotBuilt } from '../components/not-built.tsx';

interface ReceiverPageProps {
  receiverId: string;
}

export function ReceiverPage(_props: ReceiverPageProps) {
  return <NotBuilt titleKey="receivers.receiverTitle" />;
}
