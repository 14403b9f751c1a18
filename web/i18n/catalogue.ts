import type { vi } from './vi.ts';

/** English has forms for one that Vietnamese does not: `name_one` may stand beside each `name_other`. */
type Translation<T> = {
  [K in keyof T]: T[K] extends string ? string : Translation<T[K]>;
} & { [K in keyof T as K extends `${infer Name}_other` ? `${Name}_one` : never]?: string };

/** What every language must say: the keys of the Vietnamese one. */
export type Catalogue = Translation<typeof vi>;
export type Language = 'vi' | 'en';
