import { NotBuilt } from '../components/not-built.tsx';

export function DictionaryPage() {
  return <NotBuilt titleKey="administration.dictionaryTitle" />;
}
