/** 512 B, 1,4 kB or 1.4 kB by language: as SIM data is sold, by thousands. */
export function formatBytes(bytes: number, language: string): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${formatNumber(value, language, unit === 0 || value >= 100 ? 0 : 1)} ${units[unit]}`;
}

export function formatNumber(value: number, language: string, decimalsMax = 0): string {
  return new Intl.NumberFormat(language, { maximumFractionDigits: decimalsMax }).format(value);
}
