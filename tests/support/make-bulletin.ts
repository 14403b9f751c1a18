import type { Bulletin, Rendition } from '#contract/bulletin.ts';
import type { CommuneSite } from './commune-site.ts';
import { waitFor } from './wait-for.ts';

export interface BulletinContent {
  title: string;
  field: number;
  text?: string;
  uploadId?: string;
  topics?: string[];
  class?: 'normal' | 'priority' | 'emergency';
}

type People = Pick<CommuneSite, 'author' | 'approver' | 'communeId'>;

/** Composed and submitted by the author, rendered; what the approver finds in the queue. */
export async function submitBulletin(site: People, content: BulletinContent): Promise<Bulletin> {
  const kind = content.uploadId === undefined ? ('text' as const) : ('recording' as const);
  const draft = await site.author.call('composeBulletin', { body: { areaId: site.communeId, kind, ...content } });
  const { bulletinId, revision } = draft;
  await site.author.call('submitBulletin', { params: { bulletinId }, body: { revision } });
  return waitFor(
    `the rendition of ${content.title}`,
    async () => {
      const bulletin = await site.approver.call('readBulletin', { params: { bulletinId } });
      const { state, problem } = bulletin.rendering;
      if (state === 'failed') throw new Error(`rendering failed: ${JSON.stringify(problem)}`);
      return state === 'done' && bulletin;
    },
    120_000,
  );
}

/** The same, and approved by another person. */
export async function makeBulletin(site: People, content: BulletinContent): Promise<Bulletin> {
  const { bulletinId, revision, ...rendered } = await submitBulletin(site, content);
  const { sha256 } = opusOf(rendered);
  return site.approver.call('approveBulletin', { params: { bulletinId }, body: { revision, renditionSha256: sha256 } });
}

export function opusOf(bulletin: Pick<Bulletin, 'title' | 'renditions'>): Rendition {
  const opus = bulletin.renditions.find((rendition) => rendition.codec === 'opus');
  if (!opus) throw new Error(`bulletin ${bulletin.title} has no Opus rendition`);
  return opus;
}
