import { useLocation, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { Bulletin } from '#contract/bulletin.ts';
import { useRead } from '../api/queries.ts';
import { BulletinEditor } from '../components/bulletin-editor.tsx';
import { useChosenArea } from '../components/chosen-area.ts';
import { paths } from '../paths.ts';
import { Loaded, LoadingState } from '../ui/loading-state.tsx';

declare module '@tanstack/react-router' {
  interface HistoryState {
    /** What was begun on the page of a new bulletin. */
    draftId?: string;
  }
}

interface BulletinPageProps {
  /** Absent: a new one. */
  bulletinId: string | undefined;
}

export function BulletinPage({ bulletinId }: BulletinPageProps) {
  return bulletinId === undefined ? <NewBulletin /> : <KnownBulletin bulletinId={bulletinId} />;
}

/**
 * Once its first words are saved the address becomes the bulletin's own, while the page stays what it is: whoever is typing must
 * not lose the field under their hands. Loaded anew, or returned to, it opens as any other bulletin.
 */
function NewBulletin() {
  const navigate = useNavigate();
  const draftId = useLocation({ select: (location) => location.state.draftId });
  const [page, setPage] = useState({ number: 0, draftId, openId: draftId });
  // Asked for a new one while one stands here.
  if (draftId !== page.draftId)
    setPage(draftId === undefined ? { number: page.number + 1, draftId, openId: undefined } : { ...page, draftId });
  const { area, areaId } = useChosenArea();
  if (page.openId !== undefined) return <KnownBulletin key={page.openId} bulletinId={page.openId} />;
  if (areaId === undefined) return <LoadingState />;
  const takeAddress = (bulletinId: string) =>
    void navigate({
      to: paths.newBulletin,
      search: true,
      state: { draftId: bulletinId },
      mask: { to: paths.bulletin, params: { bulletinId }, search: true, unmaskOnReload: true },
      replace: true,
      resetScroll: false,
    });
  return <BulletinEditor key={page.number} start={undefined} areaId={areaId} areaName={area?.name} onComposed={takeAddress} />;
}

function KnownBulletin({ bulletinId }: { bulletinId: string }) {
  const query = useRead('readBulletin', { params: { bulletinId } });
  return <Loaded query={query}>{(bulletin) => <OpenBulletin bulletin={bulletin} />}</Loaded>;
}

function OpenBulletin({ bulletin }: { bulletin: Bulletin }) {
  const { data } = useRead('listAreas');
  const area = data?.entries.find(({ areaId }) => areaId === bulletin.areaId);
  return <BulletinEditor start={bulletin} areaId={bulletin.areaId} areaName={area?.name} onComposed={() => undefined} />;
}
