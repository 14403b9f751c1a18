import { createInstance, type i18n } from 'i18next';
import { initReactI18next, useTranslation } from 'react-i18next';
import type { Catalogue, Language } from './catalogue.ts';
import type { vi } from './vi.ts';
import { firstTexts } from './vi-first.ts';

/** The console's one instance; components take it by `useTranslation`. */
export const translation: i18n = createInstance();

const KEPT_AS = 'truyen-thanh.language';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'console';
    resources: { console: typeof vi };
    // What React writes into the page it escapes itself.
    returnNull: false;
  }
}

/** Vietnamese comes with the page; English is fetched by those who ask for it. */
export async function openLanguage(): Promise<void> {
  await translation.use(initReactI18next).init({
    lng: 'vi',
    fallbackLng: 'vi',
    defaultNS: 'console',
    ns: ['console'],
    resources: { vi: { console: firstTexts } },
    interpolation: { escapeValue: false },
  });
  const kept = localStorage.getItem(KEPT_AS);
  await changeLanguage(kept === 'en' ? 'en' : 'vi');
}

let pageTexts: Promise<void> | undefined;

/** Awaited by each page but the first: the Vietnamese catalogue whole. English comes whole when it is chosen. */
export function loadPageTexts(): Promise<void> {
  pageTexts ??= import('./vi.ts').then(({ vi: whole }) => void translation.addResourceBundle('vi', 'console', whole));
  return pageTexts;
}

export async function changeLanguage(language: Language): Promise<void> {
  if (language === 'en' && !translation.hasResourceBundle('en', 'console')) {
    const { en } = await import('./en.ts');
    translation.addResourceBundle('en', 'console', en);
  }
  await translation.changeLanguage(language);
  document.documentElement.lang = language;
  localStorage.setItem(KEPT_AS, language);
}

export function useLanguage(): Language {
  const { i18n: current } = useTranslation();
  return current.language === 'en' ? 'en' : 'vi';
}

/** The whole catalogue in the language shown: for tables of words by their name on the wire (`words.class[airing.class]`). */
export function useWords(): Catalogue {
  const { i18n: current } = useTranslation();
  return (current.getResourceBundle(current.language, 'console') ?? firstTexts) as Catalogue;
}
