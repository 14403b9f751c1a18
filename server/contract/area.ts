import { z } from 'zod';
import { Id, Instant } from './primitives.ts';

/** The district tier ended on 2025-07-01; as a level it remains for history and for inter-commune centres. */
export const AreaLevel = z.enum(['province', 'district', 'commune', 'hamlet']);
export type AreaLevel = z.infer<typeof AreaLevel>;

export const Area = z.object({
  areaId: Id,
  parentId: Id.nullable(),
  code: z.string(),
  name: z.string(),
  /** Earlier names stay searchable: "trước đây là phường Điện Nam Đông". */
  formerNames: z.array(z.string()),
  level: AreaLevel,
  validFrom: Instant,
  validTo: Instant.nullable(),
});
export type Area = z.infer<typeof Area>;

const name = z.string().trim().min(1).max(120);
export const CreateArea = z.strictObject({
  parentId: Id,
  code: z.string().trim().min(1).max(40),
  name,
  level: AreaLevel,
});
/** `parentId` moves the area from now on; `isClosed` ends it from now on. History stays. */
export const ChangeArea = z.strictObject({
  name: name.optional(),
  parentId: Id.optional(),
  isClosed: z.literal(true).optional(),
});

export const Cluster = z.object({
  clusterId: Id,
  areaId: Id,
  name: z.string(),
  latitude: z.number().min(-90).max(90).nullable(),
  longitude: z.number().min(-180).max(180).nullable(),
  receiverId: Id.nullable(),
});
export type Cluster = z.infer<typeof Cluster>;
export const CreateCluster = z.strictObject({
  areaId: Id,
  name,
  latitude: z.number().min(-90).max(90).nullable().default(null),
  longitude: z.number().min(-180).max(180).nullable().default(null),
});
export const ChangeCluster = z.strictObject({ name: name.optional(), areaId: Id.optional() });

/** How an area wants something said; the nearest area's entry wins. */
export const DictionaryEntry = z.object({ entryId: Id, areaId: Id, written: z.string(), spoken: z.string() });
export type DictionaryEntry = z.infer<typeof DictionaryEntry>;
export const CreateDictionaryEntry = z.strictObject({
  written: z.string().trim().min(1).max(60),
  spoken: z.string().trim().min(1).max(200),
});
