/** Units as they stand right after a number. Order does not matter: the longest that fits is taken. */
const UNITS: Readonly<Record<string, string>> = {
  ha: 'héc ta',
  km: 'ki lô mét',
  'km/h': 'ki lô mét trên giờ',
  'km/giờ': 'ki lô mét trên giờ',
  'm/s': 'mét trên giây',
  m: 'mét',
  dm: 'đề xi mét',
  cm: 'xăng ti mét',
  mm: 'mi li mét',
  'm²': 'mét vuông',
  m2: 'mét vuông',
  'm^2': 'mét vuông',
  'm³': 'mét khối',
  m3: 'mét khối',
  'm^3': 'mét khối',
  'm3/s': 'mét khối trên giây',
  'm³/s': 'mét khối trên giây',
  km2: 'ki lô mét vuông',
  'km²': 'ki lô mét vuông',
  cm2: 'xăng ti mét vuông',
  'cm²': 'xăng ti mét vuông',
  cm3: 'xăng ti mét khối',
  'cm³': 'xăng ti mét khối',
  kg: 'ki lô gam',
  g: 'gam',
  mg: 'mi li gam',
  µg: 'mi cơ rô gam',
  l: 'lít',
  L: 'lít',
  ml: 'mi li lít',
  cc: 'xê xê',
  'g/l': 'gam trên lít',
  'mg/l': 'mi li gam trên lít',
  'mg/L': 'mi li gam trên lít',
  'µg/m³': 'mi cơ rô gam trên mét khối',
  'µg/m3': 'mi cơ rô gam trên mét khối',
  'kg/ha': 'ki lô gam trên héc ta',
  'tấn/ha': 'tấn trên héc ta',
  'tạ/ha': 'tạ trên héc ta',
  'người/km2': 'người trên ki lô mét vuông',
  'người/km²': 'người trên ki lô mét vuông',
  '°C': 'độ xê',
  '° C': 'độ xê',
  ºC: 'độ xê',
  '℃': 'độ xê',
  '°F': 'độ ép',
  '°': 'độ',
  º: 'độ',
  '%': 'phần trăm',
  '％': 'phần trăm',
  '‰': 'phần nghìn',
  kWh: 'ki lô oát giờ',
  kW: 'ki lô oát',
  MW: 'mê ga oát',
  W: 'oát',
  kV: 'ki lô vôn',
  kVA: 'ki lô vôn am pe',
  V: 'vôn',
  Hz: 'héc',
  kHz: 'ki lô héc',
  MHz: 'mê ga héc',
  GB: 'gi ga bai',
  MB: 'mê ga bai',
  TB: 'tê ra bai',
  Mbps: 'mê ga bít trên giây',
  dB: 'đề xi ben',
  hPa: 'héc tô pát can',
  s: 'giây',
  ph: 'phút',
  "'": 'phút',
  '’': 'phút',
  '′': 'phút',
};

/** Currencies and the short forms of thousand and million that follow sums. */
const MONEY: Readonly<Record<string, string>> = {
  đ: 'đồng',
  Đ: 'đồng',
  '₫': 'đồng',
  đồng: 'đồng',
  VNĐ: 'đồng',
  VND: 'đồng',
  vnđ: 'đồng',
  vnd: 'đồng',
  USD: 'đô la Mỹ',
  $: 'đô la',
  EUR: 'ơ rô',
  '€': 'ơ rô',
  k: 'nghìn',
  K: 'nghìn',
  tr: 'triệu',
};

/** Units of several letters are also written "Kg", "KM", "HA"; single letters are not, for there "M" or "G" mean something else. */
const ANY_CASE = new Map(
  Object.entries(UNITS)
    .filter(([written]) => /^\p{L}{2}/u.test(written) && written !== 'TB')
    .map(([written, spoken]) => [written.toLowerCase(), spoken]),
);
const WRITTEN_UNIT_LENGTH_MAX = 9;

export interface UnitFound {
  written: string;
  spoken: string;
  isMoney: boolean;
}

const isWordChar = (char: string | undefined): boolean => char !== undefined && /[\p{L}\p{M}\p{N}]/u.test(char);

/** The longest unit that stands whole at this place. */
export function unitAt(text: string, start: number): UnitFound | undefined {
  for (let length = WRITTEN_UNIT_LENGTH_MAX; length > 0; length--) {
    const written = text.slice(start, start + length);
    if (written.length < length) continue;
    if (isWordChar(written.at(-1)) && isWordChar(text[start + length])) continue;
    const money = Object.hasOwn(MONEY, written) ? MONEY[written] : undefined;
    if (money !== undefined) return { written, spoken: money, isMoney: true };
    const spoken = Object.hasOwn(UNITS, written) ? UNITS[written] : ANY_CASE.get(written.toLowerCase());
    if (spoken !== undefined) return { written, spoken, isMoney: false };
  }
  return undefined;
}
