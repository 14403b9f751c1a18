import { type Route, route } from '../http/bind-endpoint.ts';
import type { BulletinDeps } from './bulletin-deps.ts';
import { composeBulletin } from './compose-bulletin.ts';
import { approveBulletin, rejectBulletin } from './decide-bulletin.ts';
import { editBulletin } from './edit-bulletin.ts';
import { noteListening } from './note-listening.ts';
import { listBulletins, readBulletin } from './read-bulletins.ts';
import { listListenings, listRevisions } from './revision-store.ts';
import { previewBulletin, submitBulletin } from './submit-bulletin.ts';
import type { UploadDesk } from './upload-desk.ts';

export function bulletinRoutes(deps: BulletinDeps & { uploads: Pick<UploadDesk, 'read'> }): Route[] {
  const shown = async (changed: Promise<{ bulletinId: string }>) => readBulletin(deps, (await changed).bulletinId);
  return [
    route('listBulletins', ({ query }) => listBulletins(deps, query)),
    route('readBulletin', ({ params }) => readBulletin(deps, params.bulletinId)),
    route('composeBulletin', ({ caller, body }) => shown(composeBulletin(deps, caller, body))),
    route('editBulletin', ({ caller, params, body }) => shown(editBulletin(deps, caller, params.bulletinId, body))),
    route('previewBulletin', ({ caller, params, body }) =>
      shown(previewBulletin(deps, caller, params.bulletinId, body.revision)),
    ),
    route('submitBulletin', ({ caller, params, body }) => shown(submitBulletin(deps, caller, params.bulletinId, body.revision))),
    route('approveBulletin', ({ caller, params, body }) => shown(approveBulletin(deps, caller, params.bulletinId, body))),
    route('rejectBulletin', ({ caller, params, body }) => shown(rejectBulletin(deps, caller, params.bulletinId, body))),
    route('listRevisions', async ({ params }) => ({ entries: await listRevisions(deps.db, params.bulletinId) })),
    route('noteListening', ({ caller, params, body }) => noteListening(deps, caller, params.bulletinId, body)),
    route('readListening', async ({ params }) => ({ entries: await listListenings(deps.db, params.bulletinId) })),
    route('readUpload', ({ params }) => deps.uploads.read(params.uploadId)),
  ];
}
