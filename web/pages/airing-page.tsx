import { NotBuilt } from '../components/not-built.tsx';

interface AiringPageProps {
  airingId: string;
}

export function AiringPage(_props: AiringPageProps) {
  return <NotBuilt titleKey="airings.airingTitle" />;
}
