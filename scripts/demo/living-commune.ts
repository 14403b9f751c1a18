import { type CommuneSite, openCommuneSite } from '../../tests/support/commune-site.ts';
import { seedAirings } from './seed-airings.ts';
import { type Person, seedBulletins, seedPlaces } from './seed-commune.ts';

type Say = (text: string) => void;

/** A real server and three real agents on players without a loudspeaker; nothing has happened there yet. */
export function openLivingSite(folder: string, port: number, say: Say): Promise<CommuneSite> {
  const environment = {
    TT_ROOT_NAME: 'Tỉnh Vĩnh Long',
    TT_CLOSE_AFTER_MS: '10000',
    // Whoever looks, the seeding and the receivers come from one address.
    TT_REQUESTS_PER_MINUTE: '20000',
    TT_SIGN_INS_PER_MINUTE: '200',
  };
  return openCommuneSite({ folder, sound: 'nowhere', port, environment, say });
}

/** Brings the commune of Long Thới to the middle of a day, all of it through the HTTP interface; takes about three minutes. */
export async function bringToLife(site: CommuneSite, say: Say): Promise<Person[]> {
  const people = await seedPlaces(site, say);
  const bulletins = await seedBulletins(site, say);
  await seedAirings(site, bulletins, say);
  return people;
}
