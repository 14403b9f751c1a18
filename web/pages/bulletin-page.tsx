import { NotBuilt } from '../components/not-built.tsx';

interface BulletinPageProps {
  /** Absent: a new one. */
  bulletinId: string | undefined;
}

export function BulletinPage(_props: BulletinPageProps) {
  return <NotBuilt titleKey="bulletins.editorTitle" />;
}
