import { expect, test } from 'vitest';
import { topics } from '#contract/agent-link.ts';
import { areaOfTopic, mayPublish } from '../../../server/receivers/topic-rules.ts';

const ME = '0b8f6a4e-5f6c-4a39-9c0e-1f2d3c4b5a69';
const OTHER = '1c8f6a4e-5f6c-4a39-9c0e-1f2d3c4b5a69';

test('a receiver publishes on its own topic and on no other', () => {
  expect(mayPublish(ME, topics.up(ME))).toBe(true);
  for (const topic of [topics.up(OTHER), topics.down(ME), topics.areaEmergency(OTHER), 'tt/v1/#', `${topics.up(ME)}/x`, '']) {
    expect(mayPublish(ME, topic)).toBe(false);
  }
});

test('an area is read from its emergency topic, from nothing else', () => {
  expect(areaOfTopic(topics.areaEmergency(OTHER))).toBe(OTHER);
  for (const topic of ['tt/v1/area/+/emergency', 'tt/v1/area/#', `${topics.areaEmergency(OTHER)}/x`, topics.down(ME), '#']) {
    expect(areaOfTopic(topic)).toBeUndefined();
  }
});
