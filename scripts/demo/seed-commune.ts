import type { Bulletin } from '#contract/bulletin.ts';
import type { Role } from '#contract/account.ts';
import { type CommuneSite, PASSWORD } from '../../tests/support/commune-site.ts';
import { makeBulletin, submitBulletin } from '../../tests/support/make-bulletin.ts';
import { CDS_TEXT, EMERGENCY_TEXT } from './texts.ts';
import {
  BRIEF_TEXT,
  DRAFT_TEXT,
  HAMLETS,
  MEETING_REFUSAL,
  MEETING_TEXT,
  MORNING_TEXT,
  VACCINE_TEXT,
  WASTE_TEXT,
  WORDS,
} from './commune-texts.ts';

export interface Person {
  username: string;
  password: string;
  role: string;
}

/** What the day of airings is made of. */
export interface CommuneBulletins {
  brief: Bulletin;
  morning: Bulletin;
  digital: Bulletin;
  waste: Bulletin;
}

type Say = (text: string) => void;

/** From three hamlets to the whole commune: ten hamlets, their clusters, its people and its words. All of it through the HTTP interface. */
export async function seedPlaces(site: CommuneSite, say: Say): Promise<Person[]> {
  const { admin, communeId } = site;
  say('ten hamlets with their clusters, people and words');
  await putBelowCentre(site);
  for (const { code, name, pole } of HAMLETS) {
    const { areaId } = await admin.call('createArea', { body: { parentId: communeId, code, name, level: 'hamlet' } });
    if (pole) await admin.call('createCluster', { body: { areaId, ...pole } });
  }
  for (const { clusterId, name } of site.receivers)
    await admin.call('changeCluster', { params: { clusterId }, body: { name: name.replace('Ấp', 'Cột loa nhà văn hoá ấp') } });
  for (const body of WORDS) await admin.call('createDictionaryEntry', { params: { areaId: communeId }, body });
  const people = [
    { username: 'admin', password: site.server.password ?? '', role: 'administrator of the province' },
    { username: 'can-bo-van-hoa', password: PASSWORD, role: 'author' },
    { username: 'pho-chu-tich', password: PASSWORD, role: 'approver, duty officer' },
  ];
  const more: { username: string; displayName: string; roles: Role[] }[] = [
    { username: 'ky-thuat', displayName: 'Lê Văn Tám, kỹ thuật', roles: ['technician'] },
    { username: 'quan-tri-xa', displayName: 'Nguyễn Thị Hai, quản trị', roles: ['administrator', 'viewer'] },
    { username: 'chu-tich', displayName: 'Trần Văn Út, chủ tịch', roles: ['approver'] },
  ];
  for (const { username, displayName, roles } of more) {
    const grants = roles.map((role) => ({ role, areaId: communeId }));
    await admin.call('createAccount', { body: { username, displayName, password: PASSWORD, grants } });
    people.push({ username, password: PASSWORD, role: roles.join(', ') });
  }
  return people;
}

/** The commune belongs to the inter-commune centre of the old district. */
async function putBelowCentre({ admin, communeId }: CommuneSite): Promise<void> {
  const { entries } = await admin.call('listAreas', {});
  const root = entries.find((area) => area.parentId === null);
  if (!root) throw new Error('the server has no root area');
  const centre = await admin.call('createArea', {
    body: { parentId: root.areaId, code: 'cho-lach', name: 'Trung tâm Chợ Lách', level: 'district' },
  });
  await admin.call('changeArea', { params: { areaId: communeId }, body: { parentId: centre.areaId } });
}

/** One bulletin in each state that an officer may find in the morning, and those that are aired. */
export async function seedBulletins(site: CommuneSite, say: Say): Promise<CommuneBulletins> {
  const { approver, author, communeId } = site;
  const make = (title: string, text: string, field: number, more: { topics?: string[]; class?: 'emergency' } = {}) => {
    say(`composing, submitting and approving “${title}”`);
    return makeBulletin(site, { title, text, field, ...more });
  };
  const brief = await make('Lời chào đầu giờ', BRIEF_TEXT, 1);
  const morning = await make('Bản tin sáng', MORNING_TEXT, 1);
  const digital = await make('Chuyển đổi số tháng 11', CDS_TEXT, 3, { topics: ['CĐS'] });
  const waste = await make('Lịch thu gom rác', WASTE_TEXT, 4);
  await make('Vỡ bờ bao', EMERGENCY_TEXT, 2, { class: 'emergency' });

  say('one bulletin that waits for approval, one that was rejected, one draft');
  await submitBulletin(site, { title: 'Lịch tiêm chủng ngày 25/11', text: VACCINE_TEXT, field: 5 });
  const meeting = await submitBulletin(site, { title: 'Mời họp tổ tự quản', text: MEETING_TEXT, field: 5 });
  await approver.call('rejectBulletin', {
    params: { bulletinId: meeting.bulletinId },
    body: { revision: meeting.revision, reason: MEETING_REFUSAL },
  });
  await author.call('composeBulletin', {
    body: { areaId: communeId, kind: 'text', title: 'Ngày hội đại đoàn kết', text: DRAFT_TEXT, field: 5 },
  });
  return { brief, morning, digital, waste };
}
