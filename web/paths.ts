/** Every address of the console, once. Links take them as `to`, with `params`. */
export const paths = {
  home: '/',
  bulletins: '/bulletins',
  newBulletin: '/bulletins/new',
  bulletin: '/bulletins/$bulletinId',
  approvals: '/approvals',
  approval: '/approvals/$bulletinId',
  schedule: '/schedule',
  newAiring: '/schedule/new',
  airing: '/airings/$airingId',
  onAir: '/on-air',
  receivers: '/receivers',
  receiver: '/receivers/$receiverId',
  areas: '/administration/areas',
  accounts: '/administration/accounts',
  dictionary: '/administration/dictionary',
  audit: '/administration/audit',
} as const;
