import type { AuditEntry } from '#contract/account.ts';
import type { Catalogue } from '../i18n/catalogue.ts';
import { formatInstant } from './instants.ts';

type NameOf = (id: unknown) => string | undefined;
/** Ids that stand in the detail of an entry, by the key they stand under. */
const ID_KEYS = ['parentId', 'formerParentId', 'areaId', 'formerAreaId', 'clusterId', 'formerClusterId'];
const ID_SHOWN = 8;

/** Who did it: a name, the system, or a stranger at the sign-in page. */
export function actorOf(words: Catalogue, entry: AuditEntry, nameOf: NameOf): string {
  const { administration } = words;
  if (entry.accountId !== null)
    return nameOf(entry.accountId) ?? fill(administration.someAccount, { id: shortId(entry.accountId) });
  return entry.action.startsWith('sign-in') || entry.action === 'enrolment-exhausted'
    ? administration.stranger
    : administration.system;
}

/** What was done, as a sentence after the name; an action that this console does not know is named as it is. */
export function deedOf(words: Catalogue, entry: AuditEntry, nameOf: NameOf): string {
  const { administration } = words;
  const sentences: Record<string, string> = administration.did;
  const subject = nameOf(entry.subjectId) ?? nameInDetail(entry) ?? shortId(entry.subjectId);
  const sentence = sentences[entry.action];
  if (sentence === undefined) return fill(administration.didOther, { action: entry.action, subject });
  const said = Object.fromEntries(Object.entries(entry.detail).map(([key, value]) => [key, sayValue(words, key, value, nameOf)]));
  return fill(sentence, { ...said, subject }, administration.nameless);
}

function sayValue(words: Catalogue, key: string, value: unknown, nameOf: NameOf): string {
  const { nothing } = words.administration;
  if (value === null || value === undefined) return nothing;
  if (Array.isArray(value)) return value.map((one) => sayPart(words, one, nameOf)).join(', ') || nothing;
  if (ID_KEYS.includes(key)) return nameOf(value) ?? shortId(String(value));
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value)) return formatInstant(value);
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** A role at an area, a target, or an id. */
function sayPart(words: Catalogue, part: unknown, nameOf: NameOf): string {
  const { role, areaId, id } = (typeof part === 'object' && part !== null ? part : { id: part }) as Record<string, unknown>;
  const place = areaId ?? id;
  const name = nameOf(place) ?? shortId(String(place));
  const roles: Record<string, string> = words.words.role;
  return typeof role === 'string' ? fill(words.administration.grantAt, { role: roles[role] ?? role, area: name }) : name;
}

/** What is gone still has its name in what was written then. */
function nameInDetail({ detail }: AuditEntry): string | undefined {
  const name = detail['name'] ?? detail['title'] ?? detail['displayName'] ?? detail['username'] ?? detail['written'];
  return typeof name === 'string' ? name : undefined;
}

function shortId(id: string): string {
  return id.slice(0, ID_SHOWN);
}

function fill(sentence: string, values: Record<string, string>, absent = ''): string {
  return sentence.replace(/\{\{(\w+)\}\}/g, (_, key: string) => values[key] ?? absent);
}
