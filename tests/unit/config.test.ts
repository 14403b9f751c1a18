import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../server/config.ts';

describe('the configuration', () => {
  it('has a safe default for everything', () => {
    const config = loadConfig([], {});
    expect(config).toMatchObject({ port: 8080, timeZone: 'Asia/Ho_Chi_Minh', quietHours: [{ from: '22:00', until: '04:30' }] });
  });

  it('lets flags win over the environment', () => {
    expect(loadConfig(['--port', '2', '--data', '/b'], { TT_PORT: '1', TT_DATA: '/a' })).toMatchObject({ port: 2, data: '/b' });
  });

  it('takes several quiet hours, or none', () => {
    const spans = loadConfig([], { TT_QUIET_HOURS: '22:00-04:30, 11:30-13:00' }).quietHours;
    expect(spans).toEqual([
      { from: '22:00', until: '04:30' },
      { from: '11:30', until: '13:00' },
    ]);
    expect(loadConfig([], { TT_QUIET_HOURS: '' }).quietHours).toEqual([]);
  });

  it.each([
    [{ TT_PORT: 'eighty' }, 'port'],
    [{ TT_QUIET_HOURS: '25:00-04:30' }, 'quietHours'],
    [{ TT_TIME_ZONE: 'Asia/Sai_Gon_City' }, 'timeZone'],
    [{ TT_PUBLIC_URL: 'ftp://loa' }, 'publicUrl'],
  ])('refuses %j and names the setting', (environment, setting) => {
    expect(() => loadConfig([], environment)).toThrow(setting);
  });

  it('refuses a flag that it does not know, and one without a value', () => {
    expect(() => loadConfig(['--prot', '80'], {})).toThrow('--prot');
    expect(() => loadConfig(['--port'], {})).toThrow('--port');
  });
});
