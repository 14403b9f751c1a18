import { topics } from '#contract/agent-link.ts';

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const AREA_TOPIC = new RegExp(`^tt/v1/area/(${UUID})/emergency$`);

export function mayPublish(receiverId: string, topic: string): boolean {
  return topic === topics.up(receiverId);
}

/** The area whose emergencies a topic carries; undefined for any other topic, wildcards among them. */
export function areaOfTopic(topic: string): string | undefined {
  return AREA_TOPIC.exec(topic)?.[1];
}
