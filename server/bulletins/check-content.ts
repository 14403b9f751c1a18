import { listAncestry } from '../areas/area-store.ts';
import type { Db } from '../database/open-database.ts';
import { isProblem, Problem } from '../lib/problem.ts';
import type { BulletinDeps } from './bulletin-deps.ts';
import { checkContent, checkDraft } from './bulletin-rules.ts';
import type { Content, StoredBulletin } from './bulletin-store.ts';
import { getUpload } from './upload-store.ts';

/** A draft may be empty or not yet sayable, but never too long or with characters that are not what they look like. */
export function tidyDraft<C extends Content & Pick<StoredBulletin, 'kind'>>(
  deps: Pick<BulletinDeps, 'checkText'>,
  content: C,
): C {
  const tidy = { ...content, title: content.title.normalize('NFC'), source: content.source.normalize('NFC') };
  checkDraft(tidy);
  return { ...tidy, text: tidyText(deps, content.text) };
}

function tidyText(deps: Pick<BulletinDeps, 'checkText'>, text: string | null): string | null {
  if (text === null || text.trim() === '') return null;
  try {
    return deps.checkText(text);
  } catch (error) {
    if (isProblem(error, 'text-unsayable')) return text.normalize('NFC');
    throw error;
  }
}

/** A recording that is newly attached must be one's own and come from the bulletin's branch; it may still be on its way. */
export async function checkAttached(db: Db, uploadId: string, accountId: string, areaId: string, at: string): Promise<void> {
  const upload = await getUpload(db, uploadId);
  if (upload.accountId !== accountId) throw new Problem('upload-of-another-account');
  const isNear =
    (await listAncestry(db, areaId, at)).includes(upload.areaId) || (await listAncestry(db, upload.areaId, at)).includes(areaId);
  if (!isNear) throw new Problem('outside-branch', { areaId: upload.areaId });
}

/** Before it is rendered: there is something to say, and it can be said. */
export async function checkSayable(deps: Pick<BulletinDeps, 'checkText'>, db: Db, bulletin: StoredBulletin): Promise<void> {
  checkContent(bulletin);
  if (bulletin.kind === 'text') deps.checkText(bulletin.text ?? '');
  if (bulletin.kind === 'text' || bulletin.uploadId === null) return;
  const { state, problem } = await getUpload(db, bulletin.uploadId);
  if (state === 'refused') throw new Problem(problem?.code ?? 'upload-unknown', problem?.params);
  if (state !== 'finished') throw new Problem('upload-not-finished', { uploadId: bulletin.uploadId });
}
